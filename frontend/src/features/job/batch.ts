import type { Job } from "../../api/types";
import { isFinished } from "../../live/fresh";

export interface BatchProgress {
  all: number;
  ended: number;
  failed: number;
  /** Of all jobs together; one that has ended counts whole. */
  fraction: number;
}

export function progressOf(jobs: Pick<Job, "state" | "fraction">[]): BatchProgress {
  const whole = jobs.reduce((sum, job) => sum + (isFinished(job) ? 1 : job.fraction), 0);
  return {
    all: jobs.length,
    ended: jobs.filter(isFinished).length,
    failed: jobs.filter((job) => job.state === "failed").length,
    fraction: jobs.length > 0 ? whole / jobs.length : 0,
  };
}
