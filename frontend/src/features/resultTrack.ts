import type { AudioFile, Job } from "../api/types";
import type { Track } from "../player/PlayerProvider";

export function fileTrack(
  file: Pick<AudioFile, "id" | "name" | "origin">,
  subtitle?: string,
): Track {
  return {
    key: file.id,
    title: file.name,
    subtitle,
    fileId: file.id,
    generated: file.origin === "job",
  };
}

/** A result of a conversion, with its original at hand to compare. */
export function resultTrack(job: Job, file: AudioFile): Track {
  return { ...fileTrack(file, job.voice?.name), sourceId: job.source?.id, generated: true };
}
