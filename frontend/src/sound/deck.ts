/** Several sounds that run as one: started together on one clock, so that they stay in step to the sample. */

interface Strip {
  buffer: AudioBuffer;
  gain: GainNode;
  source?: AudioBufferSourceNode;
}

/** Long enough against clicks, short enough to be heard as a switch. */
export const FADE_S = 0.015;
/** What starting several sources takes at most; they are told to begin after it. */
const LEAD_S = 0.03;

export class Deck {
  readonly context: AudioContext;
  #strips = new Map<string, Strip>();
  #listeners = new Set<() => void>();
  /** Where in the sound playing began, and when on the context's clock. */
  #offset = 0;
  #began = 0;
  #playing = false;
  #end: ReturnType<typeof setTimeout> | undefined;

  constructor(context = new AudioContext()) {
    this.context = context;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  get playing(): boolean {
    return this.#playing;
  }

  /** Of the longest sound, in seconds. */
  get duration(): number {
    return Math.max(0, ...[...this.#strips.values()].map(({ buffer }) => buffer.duration));
  }

  get position(): number {
    const gone = this.#playing ? this.context.currentTime - this.#began : 0;
    return Math.min(this.duration, Math.max(0, this.#offset + Math.max(0, gone)));
  }

  /** Puts a sound on the deck; one that joins while others play falls in with them. */
  add(id: string, buffer: AudioBuffer, level: number): void {
    if (this.#strips.get(id)?.buffer === buffer) return;
    this.remove(id);
    const gain = this.context.createGain();
    gain.gain.value = level;
    gain.connect(this.context.destination);
    const strip: Strip = { buffer, gain };
    this.#strips.set(id, strip);
    if (this.#playing) {
      const at = this.context.currentTime + LEAD_S;
      this.#start(strip, at, this.#offset + at - this.#began);
      this.#plan();
    }
    this.#tell();
  }

  remove(id: string): void {
    const strip = this.#strips.get(id);
    if (!strip) return;
    stop(strip);
    strip.gain.disconnect();
    this.#strips.delete(id);
    this.#tell();
  }

  /** How loud a sound is from now on, as a factor. */
  level(id: string, level: number): void {
    const param = this.#strips.get(id)?.gain.gain;
    param?.cancelScheduledValues(this.context.currentTime);
    param?.setTargetAtTime(level, this.context.currentTime, FADE_S / 3);
  }

  async play(): Promise<void> {
    if (this.#playing || this.#strips.size === 0) return;
    await this.context.resume();
    if (this.position >= this.duration - 0.01) this.#offset = 0;
    this.#playing = true;
    this.#run();
    this.#tell();
  }

  pause(): void {
    if (!this.#playing) return;
    this.#offset = this.position;
    this.#playing = false;
    clearTimeout(this.#end);
    for (const strip of this.#strips.values()) stop(strip);
    this.#tell();
  }

  seek(seconds: number): void {
    this.#offset = Math.min(this.duration, Math.max(0, seconds));
    if (this.#playing) {
      for (const strip of this.#strips.values()) stop(strip);
      this.#run();
    }
    this.#tell();
  }

  async close(): Promise<void> {
    this.pause();
    if (this.context.state !== "closed") await this.context.close();
  }

  #run(): void {
    this.#began = this.context.currentTime + LEAD_S;
    for (const strip of this.#strips.values()) this.#start(strip, this.#began, this.#offset);
    this.#plan();
  }

  #start(strip: Strip, at: number, offset: number): void {
    if (offset >= strip.buffer.duration) return;
    strip.source = new AudioBufferSourceNode(this.context, { buffer: strip.buffer });
    strip.source.connect(strip.gain);
    strip.source.start(at, Math.max(0, offset));
  }

  #plan(): void {
    clearTimeout(this.#end);
    const left = this.#began + this.duration - this.#offset - this.context.currentTime;
    this.#end = setTimeout(() => this.pause(), left * 1000);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function stop(strip: Strip): void {
  strip.source?.stop();
  strip.source?.disconnect();
  strip.source = undefined;
}
