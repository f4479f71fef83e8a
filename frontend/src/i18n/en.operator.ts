import type { koOperator } from "./ko.operator";

export const enOperator: Record<keyof typeof koOperator, string> = {
  suspendedTitle: "This workspace is suspended.",
  suspendedText:
    "Your files and voices are safe; you can listen to them and download them. Running jobs will finish, and queued ones wait until the workspace is resumed. Please contact support to have it resumed.",
  suspendedFiles: "Download files",
  operator: "Operations",
  operatorLead: "Customers, money, jobs and the system's health. Needs two-step sign-in.",
  operatorPanel: "Operator's panel",
  operatorHealth: "System health",
};
