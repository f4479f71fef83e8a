/** What a sound looks like: its spectrogram, its pitch curve and the range that it is sung in. */
import { PitchDetector } from "pitchy";
import { eachSpectrum, loudestIn } from "./frames";

export interface Picture {
  /** ``columns`` x ``rows`` levels 0..255, the lowest frequency first within each column. */
  levels: Uint8Array;
  columns: number;
  rows: number;
  lowHz: number;
  highHz: number;
  pitch: PitchCurve;
  power: number | null;
}

export interface PitchCurve {
  /** Of each moment; 0 where nothing is sung. */
  hertz: Float32Array;
  hopS: number;
}

export interface Range {
  low: number;
  median: number;
  high: number;
}

const WINDOW = 2048;
const ROWS = 160;
const LOW_HZ = 60;
const HIGH_HZ = 12_000;
const FLOOR_DB = -90;
const PITCH_RATE = 16_000;
const PITCH_WINDOW = 1024;
const PITCH_HOP_S = 0.02;
const LEAST_CLARITY = 0.85;
const QUIET = 0.005;
const LOWEST_HZ = 55;
const HIGHEST_HZ = 1400;

/** Frequencies on a scale of equal intervals: row 0 is the lowest, ``rows`` - 1 the highest. */
export function rowOf(hertz: number, rows: number, low = LOW_HZ, high = HIGH_HZ): number {
  return (Math.log(hertz / low) / Math.log(high / low)) * (rows - 1);
}

export function spectrogram(samples: Float32Array, rate: number, columns: number): Uint8Array {
  const levels = new Uint8Array(columns * ROWS);
  const edges = Array.from({ length: ROWS + 1 }, (_, row) =>
    Math.min(
      WINDOW / 2 - 1,
      ((LOW_HZ * (HIGH_HZ / LOW_HZ) ** ((row - 0.5) / (ROWS - 1))) / rate) * WINDOW,
    ),
  );
  eachSpectrum(samples, WINDOW, columns, (powers, column) => {
    for (let row = 0; row < ROWS; row++) {
      const [first, last] = [Math.floor(edges[row] ?? 0), Math.floor(edges[row + 1] ?? 0)];
      const loudest = loudestIn(powers, first, last + 1);
      const db = 10 * Math.log10(loudest / (WINDOW / 4) ** 2 + 1e-12);
      levels[column * ROWS + row] = Math.max(0, Math.min(255, (1 - db / FLOOR_DB) * 255));
    }
  });
  return levels;
}

/** Fewer samples a second, each the mean of those that it stands for. */
function slower(samples: Float32Array, rate: number): { samples: Float32Array; rate: number } {
  const by = Math.max(1, Math.floor(rate / PITCH_RATE));
  const kept = new Float32Array(Math.floor(samples.length / by));
  for (let n = 0; n < kept.length; n++) {
    let sum = 0;
    for (let k = 0; k < by; k++) sum += samples[n * by + k] ?? 0;
    kept[n] = sum / by;
  }
  return { samples: kept, rate: rate / by };
}

/** The melody after McLeod and Wyvill; a moment without a clear pitch is 0. */
export function pitchCurve(input: Float32Array, inputRate: number): PitchCurve {
  const { samples, rate } = slower(input, inputRate);
  const detector = PitchDetector.forFloat32Array(PITCH_WINDOW);
  const hop = Math.round(PITCH_HOP_S * rate);
  const count = Math.max(0, Math.floor((samples.length - PITCH_WINDOW) / hop) + 1);
  const hertz = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    const frame = samples.subarray(n * hop, n * hop + PITCH_WINDOW);
    if (!frame.some((sample) => Math.abs(sample) > QUIET)) continue;
    const [pitch, clarity] = detector.findPitch(frame, rate);
    if (clarity >= LEAST_CLARITY && pitch >= LOWEST_HZ && pitch <= HIGHEST_HZ) hertz[n] = pitch;
  }
  return { hertz, hopS: hop / rate };
}

/** 5th, 50th and 95th percentile of what is sung; undefined where that is less than a second. */
export function rangeOf({ hertz, hopS }: PitchCurve): Range | undefined {
  const sung = hertz.filter((value) => value > 0).sort();
  if (sung.length * hopS < 1) return undefined;
  const at = (share: number) => sung[Math.round(share * (sung.length - 1))] ?? 0;
  return { low: at(0.05), median: at(0.5), high: at(0.95) };
}

export function pictureOf(samples: Float32Array, rate: number, columns: number): Picture {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return {
    levels: spectrogram(samples, rate, columns),
    columns,
    rows: ROWS,
    lowHz: LOW_HZ,
    highHz: HIGH_HZ,
    pitch: pitchCurve(samples, rate),
    power: sum > 0 ? 10 * Math.log10(sum / samples.length) : null,
  };
}
