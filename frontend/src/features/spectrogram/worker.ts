/** Draws spectrograms beside the page, which stays smooth. */
import { BANDS, melDecibels, painted } from "./mel";

export interface Ask {
  id: number;
  samples: Float32Array;
  columns: number;
}

export interface Answer {
  id: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
  columns: number;
  bands: number;
}

addEventListener("message", ({ data: { id, samples, columns } }: MessageEvent<Ask>) => {
  const pixels = painted(melDecibels(samples, columns), columns);
  const answer: Answer = { id, pixels, columns, bands: BANDS };
  postMessage(answer, { transfer: [pixels.buffer] });
});
