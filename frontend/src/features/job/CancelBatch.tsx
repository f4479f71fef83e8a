import { Ban } from "lucide-react";
import { api } from "../../api/calls";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { isFinished } from "../../live/fresh";
import { AskedButton } from "./AskedButton";

interface Props {
  batch: string;
  jobs: Job[];
}

/** Ends all jobs of a batch that are not over yet. */
export function CancelBatch({ batch, jobs }: Props) {
  const { t } = useI18n();
  const left = jobs.filter((job) => !isFinished(job)).length;
  return (
    <AskedButton
      work={async () => (await api.cancelBatch(batch)).jobs}
      open={left > 0}
      icon={<Ban aria-hidden className="size-4.5" />}
      question={{
        title: t("cancelBatchTitle", { count: left }),
        description: t("cancelBatchText"),
        action: t("cancelBatch"),
      }}
    />
  );
}
