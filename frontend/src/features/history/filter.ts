/** What the history can be narrowed by. */
import type { JobFilter } from "../../api/calls";
import type { Job } from "../../api/types";
import type { Key } from "../../i18n";
import type { HistorySearch } from "../../router";

export const JOB_STATES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type ListedState = (typeof JOB_STATES)[number];

export const STATE_LABELS: Record<ListedState, Key> = {
  queued: "stateQueued",
  running: "stateRunning",
  succeeded: "stateSucceeded",
  failed: "stateFailed",
  cancelled: "stateCancelled",
};

const DAY_MS = 86_400_000;

/** Days as people mean them: from the first one's beginning to the last one's end, where they are. */
export function jobFilter(wanted: HistorySearch): Omit<JobFilter, "cursor"> {
  const { after, before, ...rest } = wanted;
  const start = (day: string, later = 0) =>
    new Date(new Date(`${day}T00:00:00`).getTime() + later).toISOString();
  return {
    ...rest,
    sounds: true,
    ...(after && { created_after: start(after) }),
    ...(before && { created_before: start(before, DAY_MS) }),
  };
}

/** The results that are worth comparing: of a cover the mix, of others what was made. */
export function comparedOf(job: Pick<Job, "kind" | "results">): string | undefined {
  const ready = job.results.filter((file) => file.state === "ready");
  return (ready.find((file) => file.stem === "mix") ?? ready[0])?.id;
}
