import { Check } from "lucide-react";
import { useEffect, useState } from "react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber, formatSpan } from "../../i18n/format";
import { isFinished } from "../../live/fresh";
import { type Fact, Facts } from "../../ui/Facts";
import { ProgressBar } from "../../ui/Progress";
import { makesSound, stageLabel, stagesOf } from "../jobText";
import { WaitingNote } from "./WaitingNote";

export function ProgressPanel({ job }: { job: Job }) {
  const { t, language } = useI18n();
  const elapsed = useElapsed(job);
  const fraction = job.state === "succeeded" ? 1 : job.fraction;
  return (
    <section aria-label={t("progress")} className="grid gap-4">
      <div className="card grid gap-6 p-6">
        <div className="grid gap-3">
          <p className="flex items-baseline justify-between gap-4">
            <span className="text-4xl font-bold tracking-tight tabular-nums">
              {Math.floor(fraction * 100)}
              <span className="text-xl text-faint">%</span>
            </span>
            <span className="min-h-6 text-right text-sm text-muted">
              {job.eta_s != null && !isFinished(job)
                ? t("etaLeft", { span: formatSpan(job.eta_s, language) })
                : ""}
            </span>
          </p>
          <ProgressBar label={t("progressOf", { name: job.title })} fraction={fraction} />
        </div>
        {job.waiting ? <WaitingNote job={job} waiting={job.waiting} /> : <Stages job={job} />}
      </div>
      <Facts
        facts={[
          ...(job.kind === "train" ? [stepOf(job, t("step"))] : []),
          [t("elapsed"), elapsed === null ? undefined : formatSpan(elapsed, language)],
          [t("attempt"), job.attempt ? String(job.attempt.fence) : undefined],
          [t("price"), formatNumber(job.quote)],
          [t("paid"), job.cost != null ? formatNumber(job.cost) : undefined],
          ...(makesSound(job) ? [[t("source"), job.source?.name] satisfies Fact] : []),
        ]}
      />
    </section>
  );
}

function stepOf(job: Job, label: string): Fact {
  const known = job.step != null && job.total_steps;
  return [
    label,
    known ? `${formatNumber(job.step ?? 0)} / ${formatNumber(job.total_steps ?? 0)}` : undefined,
  ];
}

function Stages({ job }: { job: Job }) {
  const { t } = useI18n();
  const stages = stagesOf(job);
  const at = job.state === "succeeded" ? stages.length : job.stage ? stages.indexOf(job.stage) : -1;
  return (
    <ol aria-label={t("stages")} className="grid gap-3 sm:flex sm:gap-0">
      {stages.map((stage, index) => {
        const current = index === at && !isFinished(job);
        return (
          <li
            key={stage}
            aria-current={current ? "step" : undefined}
            className={`flex items-center gap-2.5 text-sm sm:flex-1 sm:flex-col sm:gap-2 sm:text-center ${current ? "font-semibold text-text" : index < at ? "text-muted" : "text-faint"}`}
          >
            <span
              className={`grid size-7 place-items-center rounded-full text-xs font-bold ${index < at ? "bg-good/18 text-good" : current ? "bg-violet-deep text-white shadow-[0_0_0_5px_rgb(139_92_246/0.22)]" : "bg-lift"}`}
            >
              {index < at ? <Check aria-label={t("done")} className="size-4" /> : index + 1}
            </span>
            {t(stageLabel(stage))}
          </li>
        );
      })}
    </ol>
  );
}

/** Seconds since the start, counting while the job runs; null before. */
function useElapsed(job: Job): number | null {
  const [now, setNow] = useState(Date.now);
  const running = !isFinished(job) && job.started_at !== null;
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  if (!job.started_at) return null;
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  return Math.max(0, (end - Date.parse(job.started_at)) / 1000);
}
