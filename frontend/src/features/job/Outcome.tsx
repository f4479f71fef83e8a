import { CircleAlert, CircleCheck } from "lucide-react";
import { useVoice } from "../../api/queries";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { kindText } from "../jobText";

/** How the job ended: announced once to screen readers. */
export function Outcome({ job }: { job: Job }) {
  const { t, pick } = useI18n();
  const trained = job.kind === "train" && job.state === "succeeded";
  const voice = useVoice(job.voice?.id ?? "", trained && job.voice !== null).data;
  // A later training of the same voice has an ending of its own.
  const ending = trained && voice?.job_id === job.id ? voice.ending : null;
  return (
    <div role="status" className="empty:hidden">
      {job.state === "failed" && (
        <div className="flex gap-3 rounded-2xl border border-bad/40 bg-bad/10 px-5 py-4">
          <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
          <div className="grid gap-1">
            <p className="font-medium">{job.error ? pick(job.error.message) : t("jobFailed")}</p>
            <p className="text-sm text-faint">{t("jobNumber", { id: job.id })}</p>
          </div>
        </div>
      )}
      {job.state === "succeeded" && (
        <div className="flex gap-3 rounded-2xl border border-good/30 bg-good/8 px-5 py-4">
          <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-good" />
          <div className="grid gap-1">
            <p className="font-medium">{t(kindText(job.kind).done)}</p>
            {ending && <p className="text-sm text-muted">{pick(ending)}</p>}
          </div>
        </div>
      )}
    </div>
  );
}
