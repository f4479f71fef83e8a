import { useQueryClient } from "@tanstack/react-query";
import { Ban, Mic, RotateCcw, ScanSearch } from "lucide-react";
import { api } from "../../api/calls";
import { useVoice } from "../../api/queries";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyJob, isFinished } from "../../live/fresh";
import { Button, ButtonLink } from "../../ui/Button";
import { useAction } from "../../ui/useAction";
import { ContinueTraining } from "../voice/ContinueTraining";
import { AskedButton } from "./AskedButton";
import { FinishButton } from "./FinishButton";

const MAKES_VOICE: ReadonlySet<Job["kind"]> = new Set(["train", "import"]);

export function JobActions({ job }: { job: Job }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const retry = useAction({
    mutationFn: () => api.retryJob(job.id),
    onSuccess: (changed) => applyJob(client, changed),
  });
  return (
    <>
      {MAKES_VOICE.has(job.kind) && job.state === "succeeded" && job.voice && (
        <ButtonLink
          to="/voices/$voiceId"
          params={{ voiceId: job.voice.id }}
          look="primary"
          icon={<Mic aria-hidden className="size-4.5" />}
        >
          {t("seeVoice")}
        </ButtonLink>
      )}
      <ContinueOf job={job} />
      <FinishButton job={job} />
      {job.kind === "analyse" && job.state === "succeeded" && job.source && (
        <ButtonLink
          to="/datasets/$datasetId"
          params={{ datasetId: job.source.id }}
          look="primary"
          icon={<ScanSearch aria-hidden className="size-4.5" />}
        >
          {t("seeReport")}
        </ButtonLink>
      )}
      <AskedButton
        work={async () => [await api.cancelJob(job.id)]}
        open={!isFinished(job)}
        icon={<Ban aria-hidden className="size-4.5" />}
        question={{
          title: t("cancelTitle"),
          description: t("cancelText"),
          action: t("cancelJob"),
        }}
      />
      {(job.state === "failed" || job.state === "cancelled") && (
        <Button
          look="primary"
          busy={retry.isPending}
          icon={<RotateCcw aria-hidden className="size-4.5" />}
          onClick={() => retry.mutate()}
        >
          {t("retryJob")}
        </Button>
      )}
    </>
  );
}

/** More steps, while this is the voice's last training. */
function ContinueOf({ job }: { job: Job }) {
  const done = job.kind === "train" && job.state === "succeeded" && job.voice !== null;
  const voice = useVoice(job.voice?.id ?? "", done).data;
  return voice?.job_id === job.id ? <ContinueTraining voice={voice} /> : null;
}
