/** Writes a WAV file of 24 bits that says what it is. */

const text = (value: string) => new TextEncoder().encode(value);

/** ``comment`` is what programs show of the file, such as that it was made by AI. */
export function wavOf(channels: readonly Float32Array[], rate: number, comment = ""): Blob {
  const frames = channels[0]?.length ?? 0;
  const note = text(comment);
  const noteSize = note.length + (note.length % 2);
  const listSize = comment ? 12 + noteSize : 0;
  const dataSize = frames * channels.length * 3;
  const bytes = new ArrayBuffer(44 + (comment ? 8 + listSize : 0) + dataSize + (dataSize % 2));
  const view = new DataView(bytes);
  const put = (at: number, value: string) => new Uint8Array(bytes).set(text(value), at);
  put(0, "RIFF");
  view.setUint32(4, bytes.byteLength - 8, true);
  put(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels.length * 3, true);
  view.setUint16(32, channels.length * 3, true);
  view.setUint16(34, 24, true);
  let at = 36;
  if (comment) {
    put(at, "LIST");
    view.setUint32(at + 4, listSize, true);
    put(at + 8, "INFOICMT");
    view.setUint32(at + 16, note.length, true);
    new Uint8Array(bytes).set(note, at + 20);
    at += 8 + listSize;
  }
  put(at, "data");
  view.setUint32(at + 4, dataSize, true);
  at += 8;
  for (let frame = 0; frame < frames; frame++) {
    for (const samples of channels) {
      const value = Math.round(Math.max(-1, Math.min(1, samples[frame] ?? 0)) * 8_388_607);
      view.setUint8(at, value & 0xff);
      view.setInt16(at + 1, value >> 8, true);
      at += 3;
    }
  }
  return new Blob([bytes], { type: "audio/wav" });
}
