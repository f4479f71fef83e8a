import type { AudioFile, Job } from "../api/types";
import type { Track } from "../player/PlayerProvider";
import { singersOf } from "./jobText";

export function fileTrack(file: Pick<AudioFile, "id" | "name">, subtitle?: string): Track {
  return {
    key: file.id,
    title: file.name,
    subtitle,
    fileId: file.id,
  };
}

/** A result of a job, with its original at hand to compare where both run side by side. */
export function resultTrack(job: Job, file: AudioFile): Track {
  const shortened = job.kind === "preprocess" && job.params.slice !== false;
  return {
    ...fileTrack(file, singersOf(job) || undefined),
    sourceId: shortened ? undefined : job.source?.id,
  };
}
