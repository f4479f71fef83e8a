import { pictureOf, pitchCurve } from "./picture";

export interface Ask {
  samples: Float32Array;
  rate: number;
  /** Of the spectrogram; 0 asks for the pitch alone. */
  columns: number;
}

addEventListener("message", ({ data }: MessageEvent<Ask>) => {
  const { samples, rate, columns } = data;
  postMessage(columns > 0 ? pictureOf(samples, rate, columns) : pitchCurve(samples, rate));
});
