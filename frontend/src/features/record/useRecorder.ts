import { useCallback, useEffect, useRef, useState } from "react";
import { type Warning, Watch } from "./levels";
import { type Heard, Microphone } from "./microphone";

export type Trouble = "denied" | "missing" | "unsupported" | "lost" | "failed";
export type Stage =
  | { name: "off" }
  | { name: "asking" }
  | { name: "trouble"; trouble: Trouble }
  | { name: "listening" }
  | { name: "counting"; left: number }
  | { name: "recording" }
  | { name: "taken"; take: Blob; url: string };

const COUNT_FROM = 3;
/** What a tab can hold without doubt. */
const LONGEST_S = 60 * 60;

/** A microphone from being off to a take: listen, count down, record, stop, listen, again. */
export function useRecorder() {
  const [stage, setStage] = useState<Stage>({ name: "off" });
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [seconds, setSeconds] = useState(0);
  const [warnings, setWarnings] = useState<Warning[]>([]);
  const microphone = useRef<Microphone | null>(null);
  const listeners = useRef(new Set<(heard: Heard) => void>());
  const watch = useRef(new Watch());
  const opened = useRef(0);

  const close = useCallback(() => {
    opened.current += 1;
    microphone.current?.close();
    microphone.current = null;
  }, []);
  useEffect(() => close, [close]);

  const open = useCallback(
    async (deviceId?: string) => {
      close();
      const mine = opened.current;
      if (!navigator.mediaDevices || !("AudioWorkletNode" in window)) {
        setStage({ name: "trouble", trouble: "unsupported" });
        return;
      }
      setStage({ name: "asking" });
      try {
        const found = await Microphone.open(deviceId);
        if (opened.current !== mine) return found.close();
        microphone.current = found;
        found.onHeard = (heard) => {
          for (const listener of listeners.current) listener(heard);
        };
        found.onLost = () => setStage({ name: "trouble", trouble: "lost" });
        const all = await navigator.mediaDevices.enumerateDevices();
        setDevices(all.filter((device) => device.kind === "audioinput"));
        setStage({ name: "listening" });
      } catch (error) {
        if (opened.current === mine) setStage({ name: "trouble", trouble: troubleOf(error) });
      }
    },
    [close],
  );

  const stop = useCallback(async () => {
    const take = await microphone.current?.stop();
    if (take) setStage({ name: "taken", take, url: URL.createObjectURL(take) });
  }, []);

  // The countdown, a second at a time.
  const left = stage.name === "counting" ? stage.left : null;
  useEffect(() => {
    if (left === null) return undefined;
    const timer = setTimeout(() => {
      if (left > 1) {
        setStage({ name: "counting", left: left - 1 });
        return;
      }
      watch.current = new Watch();
      setSeconds(0);
      setWarnings([]);
      microphone.current?.start();
      setStage({ name: "recording" });
    }, 1000);
    return () => clearTimeout(timer);
  }, [left]);

  const recording = stage.name === "recording";
  useEffect(() => {
    if (!recording) return undefined;
    let total = 0;
    const note = (heard: Heard) => {
      total += heard.seconds;
      watch.current.add(heard, heard.seconds);
      setSeconds(Math.floor(total));
      const found = watch.current.warnings;
      setWarnings((old) => (old.join() === found.join() ? old : found));
      if (total >= LONGEST_S) void stop();
    };
    listeners.current.add(note);
    const device = microphone.current;
    if (device) device.onLost = () => void stop(); // what was heard until then is kept
    return () => void listeners.current.delete(note);
  }, [recording, stop]);

  // A take that is left behind gives its memory back.
  const url = stage.name === "taken" ? stage.url : null;
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url]);

  const listen = useCallback((listener: (heard: Heard) => void) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);

  return {
    stage,
    devices,
    deviceId: microphone.current?.deviceId,
    seconds,
    warnings,
    listen,
    open: (deviceId?: string) => void open(deviceId),
    start: () => setStage({ name: "counting", left: COUNT_FROM }),
    giveUp: () => setStage({ name: "listening" }),
    stop: () => void stop(),
    again: () => setStage({ name: "listening" }),
  };
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "failed";
}
