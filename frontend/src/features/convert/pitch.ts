/** A key change in semitones, as whole semitones and cents on top of them. */
export const PITCH_LIMIT = 24;

export interface Pitch {
  semitones: number;
  /** -50..50 */
  cents: number;
}

export function partsOf(shift: number): Pitch {
  const semitones = Math.round(shift);
  return { semitones: semitones + 0, cents: Math.round((shift - semitones) * 100) };
}

/** Back to semitones, within what a job takes. */
export function shiftOf({ semitones, cents }: Pitch): number {
  const shift = Math.round(semitones * 100 + cents) / 100;
  return Math.min(PITCH_LIMIT, Math.max(-PITCH_LIMIT, shift));
}
