import { useQueryClient } from "@tanstack/react-query";
import { Flag } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyJob, isFinished } from "../../live/fresh";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";

/** "Heard enough": a running training ends early with its best checkpoint. */
export function FinishButton({ job }: { job: Job }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  if (asking && isFinished(job)) setAsking(false);
  const finish = useAction({
    mutationFn: () => api.finishJob(job.id),
    onSuccess: (changed) => {
      applyJob(client, changed);
      setAsking(false);
    },
  });
  if (job.kind !== "train" || isFinished(job) || !job.started_at) return null;
  return (
    <>
      <Button
        look="primary"
        busy={job.finishing}
        icon={<Flag aria-hidden className="size-4.5" />}
        onClick={() => setAsking(true)}
      >
        {t(job.finishing ? "finishing" : "finishNow")}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => finish.mutate()}
        busy={finish.isPending}
        title={t("finishTitle")}
        description={t("finishText")}
        action={t("finishNow")}
        look="primary"
        keep={t("goOnTraining")}
      />
    </>
  );
}
