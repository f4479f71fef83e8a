/** Whether this browser tells of ended trainings: asked for by a click, kept in the browser. */
import { useSyncExternalStore } from "react";

const STORED = "voice-studio.notices";
const CHANGED = "voice-studio-notices";

/** `unable`: the browser has none; `denied`: the person said no to the browser. */
export type Notices = "unable" | "denied" | "off" | "on";

function read(): Notices {
  if (!("Notification" in window)) return "unable";
  if (Notification.permission === "denied") return "denied";
  const wanted = localStorage.getItem(STORED) === "on";
  return wanted && Notification.permission === "granted" ? "on" : "off";
}

function subscribe(listener: () => void): () => void {
  addEventListener(CHANGED, listener);
  addEventListener("storage", listener);
  return () => {
    removeEventListener(CHANGED, listener);
    removeEventListener("storage", listener);
  };
}

export function useBrowserNotices(): Notices {
  return useSyncExternalStore(subscribe, read);
}

/** Asks the browser, which asks the person; only ever called from a click. */
export async function switchNotices(on: boolean): Promise<void> {
  localStorage.setItem(STORED, on ? "on" : "off");
  if (on) await Notification.requestPermission();
  dispatchEvent(new Event(CHANGED));
}
