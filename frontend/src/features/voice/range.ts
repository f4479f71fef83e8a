/** Piano keys under the notes that a voice was heard in. */
import type { Voice } from "../../api/types";

export interface PianoKey {
  midi: number;
  /** Left edge and width, in widths of a white key. */
  x: number;
  width: number;
  black: boolean;
  within: boolean;
}

const LOWEST = 36; // C2
const HIGHEST = 84; // C6
const BLACK = new Set([1, 3, 6, 8, 10]);

export const midiOf = (hertz: number) => Math.round(69 + 12 * Math.log2(hertz / 440));

/** Whole octaves from C to B, at least C2 to B5, and all that the voice reaches. */
export function keysOf(low: number, high: number): PianoKey[] {
  const first = Math.floor(Math.min(LOWEST, low) / 12) * 12;
  const last = Math.ceil(Math.max(HIGHEST, high + 1) / 12) * 12 - 1;
  let white = 0;
  const keys: PianoKey[] = [];
  for (let midi = first; midi <= last; midi++) {
    const black = BLACK.has(midi % 12);
    const within = midi >= low && midi <= high;
    if (black) keys.push({ midi, x: white - 0.32, width: 0.64, black, within });
    else {
      keys.push({ midi, x: white, width: 1, black, within });
      white += 1;
    }
  }
  return keys;
}

/** The range of a voice as MIDI notes; null where it was not measured. */
export function notesOf({
  f0_low_hz: low,
  f0_median_hz: median,
  f0_high_hz: high,
}: Pick<Voice, "f0_low_hz" | "f0_median_hz" | "f0_high_hz">) {
  if (!low || !high) return null;
  return { low: midiOf(low), high: midiOf(high), median: median ? midiOf(median) : null };
}
