/** The pitch histogram of a report card, ready to be drawn. */
import type { PitchBin } from "../../api/types";

export interface Bar {
  midi: number;
  seconds: number;
  /** Of the longest bar, 0..1. */
  share: number;
}

/** A bar for each note from the lowest to the highest that is sung, without holes. */
export function barsOf(histogram: readonly PitchBin[]): Bar[] {
  const sung = histogram.filter((bin) => bin.seconds > 0);
  if (sung.length === 0) return [];
  const byNote = new Map<number, number>();
  for (const { midi, seconds } of sung) byNote.set(midi, (byNote.get(midi) ?? 0) + seconds);
  const low = Math.min(...byNote.keys());
  const high = Math.max(...byNote.keys());
  const longest = Math.max(...byNote.values());
  return Array.from({ length: high - low + 1 }, (_, index) => {
    const seconds = byNote.get(low + index) ?? 0;
    return { midi: low + index, seconds, share: seconds / longest };
  });
}

/** Whether a note has its name under the picture: every C, and both ends where no C is near. */
export function isMarked(midi: number, bars: readonly Bar[]): boolean {
  if (midi % 12 === 0) return true;
  const ends = [bars[0]?.midi, bars.at(-1)?.midi];
  const nearest = Math.min(midi % 12, 12 - (midi % 12));
  return ends.includes(midi) && nearest > 2;
}
