import { useQueryClient } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyJob, isFinished } from "../../live/fresh";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";

interface Props {
  batch: string;
  jobs: Job[];
}

/** Ends all jobs of a batch that are not over yet. */
export function CancelBatch({ batch, jobs }: Props) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const left = jobs.filter((job) => !isFinished(job)).length;
  // A batch that ended while it was asked must not ask again once a job is retried.
  if (asking && left === 0) setAsking(false);
  const cancel = useAction({
    mutationFn: () => api.cancelBatch(batch),
    onSuccess: (changed) => {
      for (const job of changed.jobs) applyJob(client, job);
      setAsking(false);
    },
  });
  return (
    <>
      {left > 0 && (
        <Button icon={<Ban aria-hidden className="size-4.5" />} onClick={() => setAsking(true)}>
          {t("cancelBatch")}
        </Button>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => cancel.mutate()}
        busy={cancel.isPending}
        title={t("cancelBatchTitle", { count: left })}
        description={t("cancelBatchText")}
        action={t("cancelBatch")}
      />
    </>
  );
}
