import { Link } from "@tanstack/react-router";
import type { Job } from "../api/types";
import { useI18n } from "../i18n";
import { formatSpan } from "../i18n/format";
import { isFinished } from "../live/fresh";
import { ProgressBar } from "../ui/Progress";
import { JobBadge } from "./JobBadge";
import { JobIcon } from "./JobIcon";
import { kindText, stageLabel } from "./jobText";

/** A running job in one card; the whole card leads to it. */
export function JobCard({ job }: { job: Job }) {
  const { t, language } = useI18n();
  const fraction = job.state === "succeeded" ? 1 : job.fraction;
  const percent = Math.round(fraction * 100);
  return (
    <article className="card relative grid grid-cols-1 gap-4 p-5 transition-colors hover:border-edge">
      <div className="flex items-center gap-3">
        <JobIcon kind={job.kind} />
        <div className="min-w-0 flex-1">
          <h3 className="truncate font-semibold">
            <Link
              to="/jobs/$jobId"
              params={{ jobId: job.id }}
              className="after:absolute after:inset-0"
            >
              {job.title}
            </Link>
          </h3>
          <p className="truncate text-sm text-faint">
            {t(kindText(job.kind).label)}
            {job.stage && !isFinished(job) ? ` · ${t(stageLabel(job.stage))}` : ""}
          </p>
        </div>
        <JobBadge job={job} />
      </div>
      <div className="grid gap-2">
        <ProgressBar label={t("progressOf", { name: job.title })} fraction={fraction} />
        <p className="flex justify-between text-sm text-muted tabular-nums">
          <span>{percent}%</span>
          <span>
            {job.eta_s != null && !isFinished(job)
              ? t("etaLeft", { span: formatSpan(job.eta_s, language) })
              : ""}
          </span>
        </p>
      </div>
    </article>
  );
}
