/** Looks at a sound in a worker, so that the page goes on answering. */
import type { Picture, PitchCurve } from "./picture";
import type { Ask } from "./picture.worker";

export const pictureOf = (buffer: AudioBuffer, columns: number) =>
  ask<Picture>({ samples: mono(buffer), rate: buffer.sampleRate, columns });

export const pitchOf = (buffer: AudioBuffer) =>
  ask<PitchCurve>({ samples: mono(buffer), rate: buffer.sampleRate, columns: 0 });

/** All channels as one, in memory of its own. */
export function mono(buffer: AudioBuffer): Float32Array {
  const mixed = buffer.getChannelData(0).slice();
  for (let channel = 1; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel);
    for (let n = 0; n < mixed.length; n++) mixed[n] = (mixed[n] ?? 0) + (samples[n] ?? 0);
  }
  return mixed.map((sample) => sample / buffer.numberOfChannels);
}

function ask<T>(wanted: Ask): Promise<T> {
  const worker = new Worker(new URL("./picture.worker.ts", import.meta.url), { type: "module" });
  return new Promise<T>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(wanted, [wanted.samples.buffer]);
  }).finally(() => worker.terminate());
}
