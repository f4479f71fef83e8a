import { RATE } from "./mel";
import type { Answer, Ask } from "./worker";

const COLUMNS = 360;

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, (answer: Answer) => void>();

function ask(samples: Float32Array): Promise<Answer> {
  worker ??= start();
  last += 1;
  const message: Ask = { id: last, samples, columns: COLUMNS };
  const answer = new Promise<Answer>((resolve) => waiting.set(message.id, resolve));
  worker.postMessage(message, [samples.buffer]);
  return answer;
}

function start(): Worker {
  const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  return started;
}

/** The spectrogram of a sound behind an address, as a picture. */
export async function spectrogramOf(url: string, signal: AbortSignal): Promise<ImageData> {
  const sound = await fetch(url, { signal });
  if (!sound.ok) throw new Error(`${sound.status}`);
  // Decoding brings the sound to the context's rate.
  const context = new OfflineAudioContext(1, 1, RATE);
  const decoded = await context.decodeAudioData(await sound.arrayBuffer());
  const { pixels, columns, bands } = await ask(decoded.getChannelData(0).slice());
  return new ImageData(pixels, columns, bands);
}
