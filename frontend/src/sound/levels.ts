/** Loudness in decibels, and the gains that make sounds equally loud. */

export const factorOf = (db: number) => 10 ** (db / 20);

/** Below it nothing is heard: a fader that far down is off. */
export const OFF_DB = -60;

/** What a fader at ``db`` lets through. */
export const faderLevel = (db: number) => (db <= OFF_DB ? 0 : factorOf(db));

/** Gains in dB that bring every sound down to the softest; never up, so that nothing clips. */
export function matchingGains(loudness: readonly (number | null | undefined)[]): number[] {
  const known = loudness.filter((value): value is number => Number.isFinite(value));
  const softest = Math.min(...known);
  return loudness.map((value) => (Number.isFinite(value) ? softest - Number(value) : 0));
}

/** Mean power in dBFS, for sounds whose loudness nobody measured. */
export function powerOf(samples: Float32Array): number | null {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum > 0 ? 10 * Math.log10(sum / samples.length) : null;
}

export interface Fader {
  db: number;
  muted: boolean;
  solo: boolean;
}

/** The factor of each strip of a mixer: once one is solo, only solos are heard. */
export function mixLevels<Id extends string>(faders: Record<Id, Fader>): Record<Id, number> {
  const all = Object.entries<Fader>(faders);
  const anySolo = all.some(([, { solo }]) => solo);
  const heard = ({ muted, solo }: Fader) => (anySolo ? solo : !muted);
  return Object.fromEntries(
    all.map(([id, fader]) => [id, heard(fader) ? faderLevel(fader.db) : 0]),
  ) as Record<Id, number>;
}
