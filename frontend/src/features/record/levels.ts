/** What a level meter shows and warns of. Levels are dBFS: 0 is as loud as can be written. */

export const FLOOR_DB = -60;
/** What reaches this has most likely been cut off by the converter. */
const CLIPPED = 0.999;
/** Louder parts of what is said or sung should come above this. */
const QUIET_DB = -40;
/** Pauses between sentences are shorter. */
const LISTEN_S = 5;

export interface Level {
  peakDb: number;
  rmsDb: number;
  clipped: boolean;
}

export function levelOf(samples: Float32Array): Level {
  let peak = 0;
  let energy = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    energy += sample * sample;
  }
  return {
    peakDb: decibels(peak),
    rmsDb: decibels(Math.sqrt(energy / Math.max(1, samples.length))),
    clipped: peak >= CLIPPED,
  };
}

function decibels(amplitude: number): number {
  return Math.max(FLOOR_DB, 20 * Math.log10(Math.max(amplitude, 1e-9)));
}

/** Place on a meter that begins at the floor, 0..1. */
export function meterShare(db: number): number {
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

export type Warning = "clipping" | "quiet";

/** Follows a take: warns of any clipping until its end, of quiet for as long as it lasts. */
export class Watch {
  #clipped = false;
  #seconds = 0;
  #heardAt = 0;

  add(level: Level, seconds: number): void {
    this.#seconds += seconds;
    this.#clipped ||= level.clipped;
    if (level.rmsDb >= QUIET_DB) this.#heardAt = this.#seconds;
  }

  get warnings(): Warning[] {
    const quiet = this.#seconds - this.#heardAt >= LISTEN_S;
    return [...(this.#clipped ? ["clipping" as const] : []), ...(quiet ? ["quiet" as const] : [])];
  }
}
