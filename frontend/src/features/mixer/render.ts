import { wavOf } from "../../sound/wav";

/** The comment by which every file of the studio says that it was made by AI. */
const AI_GENERATED = "AI-generated: singing voice conversion (trainedAlgorithmicMedia)";

interface Part {
  buffer: AudioBuffer;
  level: number;
}

/** The parts as one WAV file; where they would clip together, all of it is softer. */
export async function renderMix(parts: Part[], generated: boolean): Promise<Blob> {
  const rate = Math.max(...parts.map(({ buffer }) => buffer.sampleRate));
  const seconds = Math.max(...parts.map(({ buffer }) => buffer.duration));
  const context = new OfflineAudioContext(2, Math.ceil(seconds * rate), rate);
  for (const { buffer, level } of parts) {
    if (level === 0) continue;
    const gain = new GainNode(context, { gain: level });
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(gain).connect(context.destination);
    source.start();
  }
  const mix = await context.startRendering();
  const channels = [mix.getChannelData(0), mix.getChannelData(1)];
  const peak = Math.max(...channels.map(peakOf));
  if (peak > 1) for (const samples of channels) softer(samples, peak);
  return wavOf(channels, rate, generated ? AI_GENERATED : "");
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

function softer(samples: Float32Array, by: number): void {
  for (let n = 0; n < samples.length; n++) samples[n] = (samples[n] ?? 0) / by;
}
