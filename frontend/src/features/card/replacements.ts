/** What was made of a dataset's recordings to stand in their place. */
import type { AudioFile, Job } from "../../api/types";
import { isFinished } from "../../live/fresh";

export interface Replacement {
  /** The newest job that works on the recording, while it runs. */
  running?: Job;
  /** What the newest job that ended well has made: the cleaned recording or its vocals. */
  file?: AudioFile;
}

/** Of the jobs that worked on one recording, whichever order they come in. */
export function replacementOf(jobs: readonly Job[], fileId: string): Replacement {
  const mine = jobs
    .filter((job) => job.source?.id === fileId)
    .sort((one, other) => other.created_at.localeCompare(one.created_at));
  const file = mine
    .flatMap((job) => job.results)
    .find(({ stem, state }) => state === "ready" && (stem === "cleaned" || stem === "vocals"));
  return { running: mine.find((job) => !isFinished(job)), file };
}

/** The files of a dataset with one in another's place, never twice. */
export function replaced(ids: readonly string[], old: string, fresh: string): string[] {
  return ids.filter((id) => id !== fresh).map((id) => (id === old ? fresh : id));
}
