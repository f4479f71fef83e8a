/** Where the sounds of a comparison come from: files of the library with their jobs, or previews of a training. */
import type { AudioFile, Job, Preview } from "../../api/types";
import type { Take } from "../../sound/useDeck";

export interface ComparedTake extends Take {
  /** Integrated LUFS as the library measured it; null where it did not. */
  loudness: number | null;
  job?: Job;
}

export const LETTERS = ["A", "B", "C", "D"] as const;
export const COLOURS = ["#b9a2ff", "#5ee0a0", "#fbc15c", "#ff8a9a"] as const;

export function takesOfFiles(files: readonly AudioFile[], jobs: readonly Job[]): ComparedTake[] {
  return files.map((file) => ({
    id: file.id,
    title: file.name,
    fileId: file.id,
    loudness: file.loudness_lufs,
    job: jobs.find(({ id }) => id === file.job_id),
  }));
}

/** The first, the last and what lies evenly between: as many as can be compared. */
export function takesOfPreviews(
  previews: readonly Preview[],
  name: (step: number) => string,
): ComparedTake[] {
  const most = Math.min(LETTERS.length, previews.length);
  const picked = Array.from({ length: most }, (_, n) =>
    most === 1 ? 0 : Math.round((n * (previews.length - 1)) / (most - 1)),
  );
  return picked.flatMap((index) => {
    const preview = previews[index];
    if (!preview) return [];
    const { step, url } = preview;
    return [{ id: String(step), title: name(step), url, loudness: null }];
  });
}
