import { api } from "../../api/calls";
import { useFileSummary } from "../../api/queries";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { WordsForm } from "../../ui/WordsForm";
import { inParts } from "./inParts";
import { useFileAction } from "./useFileAction";

interface Props {
  files: AudioFile[];
  onClose: () => void;
}

/** Puts tags on files and takes them off. */
export function TagDialog({ open, ...rest }: Props & { open: boolean }) {
  const { t } = useI18n();
  const [one] = rest.files;
  return (
    <Dialog
      open={open}
      onClose={rest.onClose}
      title={t("editTags")}
      description={
        rest.files.length === 1 ? one?.name : t("filesAre", { count: rest.files.length })
      }
    >
      <TagForm {...rest} />
    </Dialog>
  );
}

function TagForm({ files, onClose }: Props) {
  const { t } = useI18n();
  const known = useFileSummary().data?.tags ?? [];
  const save = useFileAction(
    ([add, remove]: [string[], string[]]) =>
      inParts(files, (ids) => api.tagFiles(ids, add, remove)),
    onClose,
  );
  return (
    <WordsForm
      having={files.map((file) => file.tags)}
      known={known.map((tag) => tag.name)}
      sign="#"
      texts={{
        list: t("tags"),
        none: t("noTags"),
        fresh: t("newTag"),
        example: t("newTagExample"),
        known: t("knownTags"),
        takeOff: (tag) => t("takeTagOff", { tag }),
      }}
      busy={save.isPending}
      onSave={(add, remove) => save.mutate([add, remove])}
    />
  );
}
