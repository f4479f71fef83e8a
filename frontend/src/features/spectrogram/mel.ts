/** A mel spectrogram as a picture: short-time Fourier transform, mel bands, decibels, colours. */
import { eachSpectrum, loudestIn } from "../../sound/frames";

export const RATE = 22_050;
export const BANDS = 96;
const SIZE = 1024;
const FLOOR_DB = -80;

const toMel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number) => 700 * (10 ** (mel / 2595) - 1);

/** The first bin of each band, and one more for the end of the last. */
export function bandEdges(rate: number): number[] {
  const top = toMel(rate / 2);
  return Array.from({ length: BANDS + 1 }, (_, band) =>
    Math.round((toHertz((top * band) / BANDS) / rate) * SIZE),
  );
}

/** Decibels below the loudest, `columns` times `BANDS`, the lowest band first. */
export function melDecibels(samples: Float32Array, columns: number, rate = RATE): Float32Array {
  const edges = bandEdges(rate);
  const powers = new Float32Array(columns * BANDS);
  let loudest = 1e-12;
  eachSpectrum(samples, SIZE, columns, (spectrum, column) => {
    for (let band = 0; band < BANDS; band++) {
      const power = loudestIn(spectrum, edges[band] as number, edges[band + 1] as number);
      powers[column * BANDS + band] = power;
      loudest = Math.max(loudest, power);
    }
  });
  return powers.map((power) => Math.max(FLOOR_DB, 10 * Math.log10((power + 1e-12) / loudest)));
}

/** From the page's ground over violet to near white. */
const STOPS = [
  [0, 10, 10, 20],
  [0.35, 46, 16, 101],
  [0.6, 124, 58, 237],
  [0.82, 196, 160, 255],
  [1, 255, 246, 226],
] as const;

function colour(share: number): [number, number, number] {
  const above = STOPS.findIndex(([at]) => at >= share);
  const [high, low] = [STOPS[Math.max(1, above)], STOPS[Math.max(1, above) - 1]];
  if (!high || !low) return [255, 246, 226];
  const part = (share - low[0]) / (high[0] - low[0]);
  const mix = (from: number, to: number) => Math.round(from + (to - from) * part);
  return [mix(low[1], high[1]), mix(low[2], high[2]), mix(low[3], high[3])];
}

/** RGBA of a picture `columns` wide and `BANDS` high, low tones below. */
export function painted(decibels: Float32Array, columns: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(columns * BANDS * 4);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < BANDS; band++) {
      const share = 1 - (decibels[column * BANDS + band] as number) / FLOOR_DB;
      const at = ((BANDS - 1 - band) * columns + column) * 4;
      pixels.set([...colour(share), 255], at);
    }
  }
  return pixels;
}
