import { useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import { useLabels } from "../../api/queries";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";
import { WordsForm } from "../../ui/WordsForm";

/** As many jobs as one request may name. */
export const MOST_LABELLED = 200;

interface Props {
  jobs: Job[];
  onClose: () => void;
}

/** Puts labels on all that is chosen, and takes them off. */
export function LabelDialog({ open, ...rest }: Props & { open: boolean }) {
  const { t } = useI18n();
  return (
    <Dialog
      open={open}
      onClose={rest.onClose}
      title={t("editLabels")}
      description={t("chosenCount", { count: rest.jobs.length })}
    >
      <LabelForm {...rest} />
    </Dialog>
  );
}

function LabelForm({ jobs, onClose }: Props) {
  const { t } = useI18n();
  const client = useQueryClient();
  const known = useLabels().data?.labels ?? [];
  const ids = jobs.map((job) => job.id);
  const save = useAction({
    mutationFn: ([add, remove]: [string[], string[]]) => api.labelJobs(ids, add, remove),
    onSuccess: async () => {
      onClose();
      await Promise.all(
        ["jobs", "job-labels"].map((key) => client.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
  return (
    <WordsForm
      having={jobs.map((job) => job.labels)}
      known={known}
      texts={{
        list: t("labels"),
        none: t("noLabels"),
        fresh: t("newLabel"),
        example: t("newLabelExample"),
        known: t("knownLabels"),
        takeOff: (label) => t("takeLabelOff", { label }),
      }}
      busy={save.isPending}
      onSave={(add, remove) => save.mutate([add, remove])}
    />
  );
}
