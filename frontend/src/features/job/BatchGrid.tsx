import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { GitCompareArrows, RotateCcw } from "lucide-react";
import { api } from "../../api/calls";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyJob, isFinished } from "../../live/fresh";
import { PlayButton } from "../../player/PlayButton";
import { IconButton } from "../../ui/Button";
import { ProgressBar } from "../../ui/Progress";
import { useAction } from "../../ui/useAction";
import { useNamedSettings } from "../convert/PresetPart";
import { comparedOf } from "../history/filter";
import { JobBadge } from "../JobBadge";
import { mainResults, singersOf } from "../jobText";
import { plainLabel } from "../knobText";
import { resultTrack } from "../resultTrack";
import { changesOf, isPreset, knobsOfKind } from "../settings";
import { useValueText } from "../settingText";
import { type Column, gridOf, varying } from "./grid";

/** A batch of several columns: a cell a job, live, each to be heard, watched or tried again. */
export function BatchGrid({ jobs, title }: { jobs: Job[]; title: string }) {
  const { t } = useI18n();
  const { columns, rows } = gridOf(jobs);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={title} className="card overflow-x-auto">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky left-0 z-10 min-w-36 border-b border-line bg-panel p-4 text-left font-medium text-faint"
            >
              {t("song")}
            </th>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className="min-w-44 border-b border-l border-line p-4 text-left align-top"
              >
                <Heading column={column} columns={columns} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.song}>
              <th
                scope="row"
                className="sticky left-0 z-10 max-w-52 border-b border-line bg-panel p-4 text-left font-semibold"
              >
                <span className="line-clamp-2">{row.name}</span>
                <CompareRow cells={row.cells} name={row.name} />
              </th>
              {row.cells.map((job, index) => (
                <td
                  key={columns[index]?.key}
                  className="border-b border-l border-line p-3 align-middle"
                >
                  {job && <Cell job={job} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Who sings, and the settings' name, or what they differ in from the other columns. */
function Heading({ column: { example }, columns }: { column: Column; columns: Column[] }) {
  const { t, pick } = useI18n();
  const valueText = useValueText();
  const kind = example.kind === "cover" ? "cover" : "convert";
  const named = useNamedSettings(kind);
  const differing = varying(columns);
  const knobs = knobsOfKind(example.kind);
  const changes = changesOf(knobs, example.params);
  const preset = named.find(({ settings }) => isPreset(knobs, changes, settings));
  const texts = knobs
    .filter(({ name }) => differing.has(name) && name in changes)
    .map((knob) => `${plainLabel(pick(knob.label))} ${valueText(knob, changes[knob.name])}`);
  return (
    <span className="grid gap-0.5">
      <span className="font-semibold">{singersOf(example)}</span>
      {differing.size > 0 && (
        <span className="text-xs font-normal text-faint">
          {preset?.name ?? (texts.join(" · ") || t("defaultSettings"))}
        </span>
      )}
    </span>
  );
}

function Cell({ job }: { job: Job }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [main] = mainResults(job);
  const retry = useAction({
    mutationFn: () => api.retryJob(job.id),
    onSuccess: (changed) => applyJob(client, changed),
  });
  const name = `${job.title}, ${singersOf(job)}`;
  return (
    <div className="grid min-h-14 content-center gap-2">
      <div className="flex items-center gap-2">
        <Link to="/jobs/$jobId" params={{ jobId: job.id }} aria-label={name} className="flex-1">
          <JobBadge job={job} />
        </Link>
        {main && <PlayButton track={resultTrack(job, main)} disabled={main.state !== "ready"} />}
        {(job.state === "failed" || job.state === "cancelled") && (
          <IconButton
            label={t("retryCell", { name })}
            disabled={retry.isPending}
            onClick={() => retry.mutate()}
          >
            <RotateCcw aria-hidden className="size-4.5" />
          </IconButton>
        )}
      </div>
      {!isFinished(job) && (
        <ProgressBar label={t("progressOf", { name })} fraction={job.fraction} />
      )}
    </div>
  );
}

function CompareRow({ cells, name }: { cells: (Job | undefined)[]; name: string }) {
  const { t } = useI18n();
  const takes = cells.flatMap((job) => (job ? (comparedOf(job) ?? []) : []));
  const [a, b, c, d] = takes;
  if (takes.length < 2) return null;
  return (
    <Link
      to="/compare"
      search={{ a, b, c, d }}
      aria-label={t("compareNamed", { name })}
      className="mt-1.5 inline-flex items-center gap-1.5 text-xs font-medium text-violet-soft hover:underline"
    >
      <GitCompareArrows aria-hidden className="size-3.5" />
      {t("compareTakes")}
    </Link>
  );
}
