/** A microphone: what it hears now, and takes of it as WAV files. */

import moduleUrl from "./capture.worklet.js?url&no-inline";
import { type Level, levelOf } from "./levels";
import { pcm24, wavHeader } from "./wav";

const RATE = 48_000;
/** Pieces are gathered into blobs, which the browser may keep on disk. */
const GATHER = 128;

/** As it is: what makes calls clear takes away from a singing voice. */
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

export interface Heard extends Level {
  seconds: number;
}

export class Microphone {
  readonly #context: AudioContext;
  readonly #stream: MediaStream;
  readonly #node: AudioWorkletNode;
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #blobs: Blob[] = [];
  #taking = false;
  #flushed: (() => void) | null = null;
  /** Called about 23 times a second. */
  onHeard: (heard: Heard) => void = () => {};
  /** The device was pulled out, or taken away by the system. */
  onLost: () => void = () => {};

  private constructor(context: AudioContext, stream: MediaStream) {
    this.#context = context;
    this.#stream = stream;
    this.#node = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    this.#node.port.onmessage = ({ data }) => this.#receive(data as Float32Array | null);
    context.createMediaStreamSource(stream).connect(this.#node);
    stream.getAudioTracks()[0]?.addEventListener("ended", () => this.onLost());
  }

  /** Asks for the device, the system's own where none is named. Rejects as getUserMedia does. */
  static async open(deviceId?: string): Promise<Microphone> {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { ...RAW, channelCount: 1, deviceId: deviceId ? { exact: deviceId } : undefined },
    });
    try {
      return await Microphone.#listen(new AudioContext({ sampleRate: RATE }), stream);
    } catch (error) {
      // Firefox joins no device of another rate: then the file has the device's own.
      if (!(error instanceof DOMException && error.name === "NotSupportedError")) {
        for (const track of stream.getTracks()) track.stop();
        throw error;
      }
      return Microphone.#listen(new AudioContext(), stream);
    }
  }

  static async #listen(context: AudioContext, stream: MediaStream): Promise<Microphone> {
    await context.audioWorklet.addModule(moduleUrl);
    const microphone = new Microphone(context, stream);
    await context.resume();
    return microphone;
  }

  get deviceId(): string | undefined {
    return this.#stream.getAudioTracks()[0]?.getSettings().deviceId;
  }

  start(): void {
    this.#pieces = [];
    this.#blobs = [];
    this.#taking = true;
  }

  /** Ends the take, with the last sample that was heard. */
  async stop(): Promise<Blob> {
    await new Promise<void>((resolve) => {
      this.#flushed = resolve;
      this.#node.port.postMessage("flush");
    });
    this.#taking = false;
    this.#gather();
    const data = new Blob(this.#blobs);
    return new Blob([wavHeader(data.size, this.#context.sampleRate), data], { type: "audio/wav" });
  }

  close(): void {
    this.#taking = false;
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#context.close();
  }

  #receive(samples: Float32Array | null): void {
    if (samples === null) {
      this.#flushed?.();
      return;
    }
    if (this.#taking) {
      this.#pieces.push(pcm24(samples));
      if (this.#pieces.length >= GATHER) this.#gather();
    }
    this.onHeard({ ...levelOf(samples), seconds: samples.length / this.#context.sampleRate });
  }

  #gather(): void {
    this.#blobs.push(new Blob(this.#pieces));
    this.#pieces = [];
  }
}
