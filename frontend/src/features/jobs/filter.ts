/** What the list of jobs is narrowed by, as its address says it. */
import type { JobFilter } from "../../api/calls";
import type { Job } from "../../api/types";

export const JOB_KINDS = [
  "train",
  "convert",
  "cover",
  "separate",
  "preprocess",
  "analyse",
] as const satisfies readonly Job["kind"][];
export const JOB_VIEWS = ["open", "succeeded", "failed", "cancelled"] as const;
export const DAYS = [1, 7, 30] as const;

export interface JobSearch {
  kind?: (typeof JOB_KINDS)[number];
  state?: (typeof JOB_VIEWS)[number];
  /** Started on this many days, today included. */
  days?: (typeof DAYS)[number];
  q?: string;
}

/** Reads an address; what it doesn't know is left out. */
export function readSearch(given: Record<string, unknown>): JobSearch {
  return {
    kind: JOB_KINDS.find((kind) => kind === given.kind),
    state: JOB_VIEWS.find((state) => state === given.state),
    days: DAYS.find((days) => days === Number(given.days)),
    q: given.q === undefined || given.q === "" ? undefined : String(given.q),
  };
}

const ROWS_A_PAGE = 100;

/** The request of the server; `now` is only read to its day, so that the same view asks the same. */
export function toFilter({ kind, state, days, q }: JobSearch, now: Date): JobFilter {
  const since = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days ?? 1) + 1);
  return {
    kind,
    state: state === "open" ? undefined : state,
    over: state === "open" ? false : undefined,
    created_after: days && since.toISOString(),
    search: q,
    page_size: ROWS_A_PAGE,
  };
}
