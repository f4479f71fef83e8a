import { GitCompareArrows } from "lucide-react";
import { usePreviews } from "../../api/queries";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { ButtonLink } from "../../ui/Button";

/** From a training's checkpoints to hearing them against each other, once there are two. */
export function CompareTraining({ job }: { job: Pick<Job, "id" | "kind"> }) {
  const { t } = useI18n();
  const heard = usePreviews(job).data?.length ?? 0;
  if (heard < 2) return null;
  return (
    <ButtonLink
      to="/compare"
      search={{ training: job.id }}
      size="small"
      icon={<GitCompareArrows aria-hidden className="size-4" />}
    >
      {t("compareCheckpoints")}
    </ButtonLink>
  );
}
