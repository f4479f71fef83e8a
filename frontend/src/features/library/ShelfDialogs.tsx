import { lazy, Suspense, useCallback, useState } from "react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { Confirm } from "../../ui/Dialog";
import { RenameDialog } from "../../ui/RenameDialog";
import type { Ask, Wish } from "./FileMenu";
import { useFileAction } from "./useFileAction";
import { useTrash } from "./useTrash";

// A tenth of the library's code, fetched when somebody asks for one.
const MakeDialog = lazy(async () => ({ default: (await import("./MakeDialog")).MakeDialog }));
const TagDialog = lazy(async () => ({ default: (await import("./TagDialog")).TagDialog }));
const TrimDialog = lazy(async () => ({ default: (await import("./TrimDialog")).TrimDialog }));

interface Asked {
  wish: Wish;
  files: AudioFile[];
  open: boolean;
}

/** What rows and bars ask for: done at once, or as a dialog that stands once for all of them. */
export function useShelfDialogs(onStarted: () => void) {
  const [asked, setAsked] = useState<Asked>({ wish: "rename", files: [], open: false });
  const { put, restore } = useTrash();
  const putAway = put.mutate;
  const takeOut = restore.mutate;
  const ask = useCallback<Ask>(
    (wish, files) => {
      if (files.length === 0) return;
      if (wish === "trash") putAway(files);
      else if (wish === "restore") takeOut(files);
      else setAsked({ wish, files, open: true });
    },
    [putAway, takeOut],
  );
  const close = useCallback(() => setAsked((old) => ({ ...old, open: false })), []);
  const dialogs = (
    <Suspense fallback={null}>
      <ShelfDialogs asked={asked} onClose={close} onStarted={onStarted} />
    </Suspense>
  );
  return { ask, dialogs };
}

interface Props {
  asked: Asked;
  onClose: () => void;
  onStarted: () => void;
}

/** Which one it was stays while it fades. */
function ShelfDialogs({ asked: { wish, files, open }, onClose, onStarted }: Props) {
  const { t } = useI18n();
  const [file] = files;
  const rename = useFileAction((name: string) => api.renameFile(file?.id ?? "", name), onClose);
  const erase = useFileAction(() => api.deleteFile(file?.id ?? ""), onClose);
  if (!file) return null;
  switch (wish) {
    case "rename":
      return (
        <RenameDialog
          open={open}
          onClose={onClose}
          name={file.name}
          busy={rename.isPending}
          error={rename.error}
          onRename={rename.mutate}
        />
      );
    case "erase":
      return (
        <Confirm
          open={open}
          onClose={onClose}
          onConfirm={() => erase.mutate()}
          busy={erase.isPending}
          title={t("deleteFileTitle")}
          description={t("deleteFileText", { name: file.name })}
          action={t("eraseFile")}
        />
      );
    case "tags":
      return <TagDialog open={open} onClose={onClose} files={files} />;
    case "trim":
      return <TrimDialog open={open} onClose={onClose} file={file} />;
    case "separate":
    case "preprocess":
      return (
        <MakeDialog open={open} onClose={onClose} make={wish} files={files} onStarted={onStarted} />
      );
    default:
      return null;
  }
}
