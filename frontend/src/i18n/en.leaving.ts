import type { koLeaving } from "./ko.leaving";

export const enLeaving: Record<keyof typeof koLeaving, string> = {
  takeoutTitle: "Export my data",
  takeoutText:
    "Get your uploads, results, voices and every record as one zip. We will mail you when it is ready.",
  takeoutStart: "Make a zip",
  takeoutAgain: "Make a new one",
  takeoutPacking: "Your zip is being made",
  takeoutProgress: "{done} of {total} files · {size}",
  takeoutReady: "{size} · until {date}",
  takeoutDownload: "Download",
  takeoutFailed: "The zip could not be made. Please try again.",
  takeoutExpired: "Your last zip has expired and was deleted.",
  erasingTitle: "Deletion",
  erasingText: "You can undo it for {days} days. After that everything is gone for good.",
  erasingWorkspace: "Delete workspace",
  leaveWorkspaceText: "Deletes the files, voices, jobs and credits of this workspace.",
  leaveAccount: "Delete account",
  leaveAccountText: "Deletes your account and the workspaces that only you use.",
  leavePlanned: "Will be deleted on {date}",
  leavePlannedText: "Until then you can look and download only.",
  leaveBegun: "Being deleted",
  leaveUndo: "Undo deletion",
  leaveUndone: "The deletion was undone",
  leaveDialogText:
    "Files, voices, jobs and subscriptions will be deleted in {days} days. Credits that are left can't be paid back. Records of payments are kept without your name for five years, as the law asks.",
  leaveType: "To confirm, type: {name}",
  erasingAction: "Schedule deletion",
  leaveExportFirst: "Export what you need first.",
};
