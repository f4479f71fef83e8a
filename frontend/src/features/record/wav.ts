/** Writes 24-bit PCM WAV: more than any microphone gives, so nothing is lost. */

const BYTES = 3;
const FULL_SCALE = 2 ** 23 - 1;
const HEADER_BYTES = 44;

/** Samples -1..1 as little-endian 24-bit integers. */
export function pcm24(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * BYTES);
  let place = 0;
  for (const sample of samples) {
    const value = Math.round(Math.min(1, Math.max(-1, sample)) * FULL_SCALE);
    bytes[place] = value & 0xff;
    bytes[place + 1] = (value >> 8) & 0xff;
    bytes[place + 2] = (value >> 16) & 0xff;
    place += BYTES;
  }
  return bytes;
}

/** The header of a mono file with so many bytes of samples. */
export function wavHeader(dataBytes: number, rate: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * BYTES, true);
  view.setUint16(32, BYTES, true);
  view.setUint16(34, 8 * BYTES, true);
  text(36, "data");
  view.setUint32(40, dataBytes, true);
  return bytes;
}
