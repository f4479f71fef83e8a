/** Hands what the microphone hears to the page, in pieces of equal length and unchanged. */
const LENGTH = 2048;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Float32Array(LENGTH);
    this.filled = 0;
    // Asked for the rest, it answers with what it has, and with null behind it.
    this.port.onmessage = () => {
      this.send();
      this.port.postMessage(null);
    };
  }

  process([input]) {
    const samples = input[0];
    if (!samples) return true;
    let read = 0;
    while (read < samples.length) {
      const part = samples.subarray(read, read + LENGTH - this.filled);
      this.piece.set(part, this.filled);
      this.filled += part.length;
      read += part.length;
      if (this.filled === LENGTH) this.send();
    }
    return true;
  }

  send() {
    if (this.filled === 0) return;
    this.port.postMessage(this.piece.slice(0, this.filled));
    this.filled = 0;
  }
}

registerProcessor("capture", Capture);
