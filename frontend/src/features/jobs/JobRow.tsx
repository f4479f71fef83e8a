import { Link } from "@tanstack/react-router";
import { Ban, RotateCcw } from "lucide-react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate, formatNumber, formatSpan } from "../../i18n/format";
import { isFinished } from "../../live/fresh";
import { IconButton } from "../../ui/Button";
import { ProgressBar } from "../../ui/Progress";
import { Tick } from "../../ui/Tick";
import { JobBadge } from "../JobBadge";
import { JobIcon } from "../JobIcon";
import { kindText, singersOf, stageLabel } from "../jobText";

export interface JobVerbs {
  cancel: (jobs: Job[]) => void;
  retry: (jobs: Job[]) => void;
}

interface Props extends JobVerbs {
  job: Job;
  chosen: boolean;
  onChoose: (on: boolean) => void;
}

/** One job of a list; its name leads to its page. */
export function JobRow({ job, chosen, onChoose, cancel, retry }: Props) {
  const { t, language } = useI18n();
  const finished = isFinished(job);
  const about = [
    t(kindText(job.kind).label),
    !finished && job.stage ? t(stageLabel(job.stage)) : singersOf(job),
    formatDate(job.created_at, language),
  ];
  return (
    <div className="relative flex items-center gap-3 px-4 py-3 hover:bg-white/3 sm:gap-4">
      <Tick label={t("chooseNamed", { name: job.title })} checked={chosen} onChange={onChoose} />
      <JobIcon kind={job.kind} />
      <div className="grid min-w-0 flex-1 gap-x-5 gap-y-1 md:grid-cols-[minmax(0,1fr)_11rem_7.5rem] md:items-center">
        <div className="min-w-0">
          <p className="truncate font-semibold">
            <Link to="/jobs/$jobId" params={{ jobId: job.id }} className="hover:underline">
              {job.title}
            </Link>
          </p>
          <p className="truncate text-sm text-faint">{about.filter(Boolean).join(" · ")}</p>
        </div>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 md:contents">
          {finished ? (
            <div className="flex">
              <JobBadge job={job} />
            </div>
          ) : (
            <Progress job={job} />
          )}
          <p className="flex gap-2 text-sm text-muted tabular-nums md:grid md:gap-0 md:text-right">
            <span>{costOf(job, t)}</span>
            <span className="text-faint">{spanOf(job, language)}</span>
          </p>
        </div>
      </div>
      {finished ? (
        <IconButton
          label={t("retryJobNamed", { name: job.title })}
          onClick={() => retry([job])}
          className={job.state === "succeeded" ? "invisible" : ""}
        >
          <RotateCcw aria-hidden className="size-5" />
        </IconButton>
      ) : (
        <IconButton label={t("cancelJobNamed", { name: job.title })} onClick={() => cancel([job])}>
          <Ban aria-hidden className="size-5" />
        </IconButton>
      )}
    </div>
  );
}

function Progress({ job }: { job: Job }) {
  const { t, language } = useI18n();
  const left = job.eta_s == null ? "" : t("etaLeft", { span: formatSpan(job.eta_s, language) });
  return (
    <div className="grid w-full gap-1.5">
      <div className="flex items-center justify-between gap-2 text-xs text-muted tabular-nums">
        <JobBadge job={job} />
        <span className="truncate">{left || `${Math.round(job.fraction * 100)}%`}</span>
      </div>
      <ProgressBar label={t("progressOf", { name: job.title })} fraction={job.fraction} />
    </div>
  );
}

type I18n = ReturnType<typeof useI18n>;

function costOf(job: Job, t: I18n["t"]): string {
  if (job.cost !== null) return t("creditsAre", { credits: formatNumber(job.cost) });
  if (isFinished(job)) return t("creditsAre", { credits: 0 });
  return t("quoteIs", { credits: formatNumber(job.quote) });
}

function spanOf(job: Job, language: I18n["language"]): string {
  if (!job.started_at || !job.finished_at) return "";
  return formatSpan((Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000, language);
}
