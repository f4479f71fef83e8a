import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyFile } from "../../live/fresh";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";
import { inParts } from "./inParts";

/** Above this, lists are read again instead of being changed file by file. */
const FEW = 100;

/** Puts files into the trash, with a toast to take them back, and takes them out. */
export function useTrash() {
  const client = useQueryClient();
  const { t } = useI18n();
  const restore = useAction({
    mutationFn: (files: AudioFile[]) => inParts(files, api.restoreFiles),
    onSuccess: (_, files) => {
      note(client, files, "ready");
      notify.success(t("restoredFiles", { count: files.length }));
    },
  });
  const put = useAction({
    mutationFn: (files: AudioFile[]) => inParts(files, api.trashFiles),
    onSuccess: (_, files) => {
      note(client, files, "trashed");
      const [one] = files;
      const sentence =
        files.length === 1 && one
          ? t("trashedFile", { name: one.name })
          : t("trashedFiles", { count: files.length });
      notify.undoable(sentence, t("undo"), () => restore.mutate(files));
    },
  });
  return { put, restore };
}

function note(client: QueryClient, files: AudioFile[], state: "ready" | "trashed"): void {
  if (files.length > FEW) {
    for (const key of ["files", "file", "file-summary", "datasets"]) {
      void client.invalidateQueries({ queryKey: [key] });
    }
    return;
  }
  const trashed_at = state === "trashed" ? new Date().toISOString() : null;
  for (const file of files) applyFile(client, { ...file, state, trashed_at });
}
