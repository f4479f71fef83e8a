import { Flag } from "lucide-react";
import { api } from "../../api/calls";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { isFinished } from "../../live/fresh";
import { AskedButton } from "./AskedButton";

/** "Heard enough": a running training ends early with its best checkpoint. */
export function FinishButton({ job }: { job: Job }) {
  const { t } = useI18n();
  return (
    <AskedButton
      work={async () => [await api.finishJob(job.id)]}
      open={job.kind === "train" && !isFinished(job) && job.started_at !== null}
      icon={<Flag aria-hidden className="size-4.5" />}
      label={t(job.finishing ? "finishing" : "finishNow")}
      busy={job.finishing}
      look="primary"
      question={{
        title: t("finishTitle"),
        description: t("finishText"),
        action: t("finishNow"),
        look: "primary",
        keep: t("goOnTraining"),
      }}
    />
  );
}
