/** Whether a song lies where a voice was heard in training, and which key would bring it there. */
import type { Voice } from "../../api/types";
import type { Range } from "../../sound/picture";
import { PITCH_LIMIT } from "./pitch";

export const semitonesFrom = (from: number, to: number) => 12 * Math.log2(to / from);

/** The range that a voice was trained in; undefined where that is not known. */
export function trainedRange(
  voice: Pick<Voice, "f0_low_hz" | "f0_median_hz" | "f0_high_hz">,
): Range | undefined {
  const { f0_low_hz: low, f0_median_hz: median, f0_high_hz: high } = voice;
  if (!low || !high) return undefined;
  return { low, median: median ?? Math.sqrt(low * high), high };
}

export const moved = ({ low, median, high }: Range, shift: number): Range => {
  const by = 2 ** (shift / 12);
  return { low: low * by, median: median * by, high: high * by };
};

export interface Overshoot {
  /** Semitones that the song goes below and above the voice. */
  below: number;
  above: number;
}

export function overshoot(song: Range, voice: Range): Overshoot {
  return {
    below: Math.max(0, semitonesFrom(song.low, voice.low)),
    above: Math.max(0, semitonesFrom(voice.high, song.high)),
  };
}

/** Within it a voice is taken to reach: ranges are estimates. */
export const TOLERANCE = 1;

/** What the automatic key moves a song by, as the engine does. */
export function autoShift(mode: string, song: Range, voice: Range): number {
  const apart = semitonesFrom(song.median, voice.median);
  if (mode === "octaves") return 12 * Math.round(apart / 12);
  return mode === "semitones" ? Math.round(apart) : 0;
}

/** The key at which the song lies best in the voice, by whole steps; of equal ones the nearest. */
export function bestShift(song: Range, voice: Range, step: 1 | 12): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let shift = -PITCH_LIMIT; shift <= PITCH_LIMIT; shift += step) {
    const at = moved(song, shift);
    const { below, above } = overshoot(at, voice);
    const apart = Math.abs(semitonesFrom(at.median, voice.median));
    const cost = 100 * (below + above) + (below + above > 0 ? apart : 0) + Math.abs(shift) / 100;
    if (cost < least) {
      best = shift;
      least = cost;
    }
  }
  return best;
}
