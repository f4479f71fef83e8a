import { useEffect } from "react";
import type { Track } from "./PlayerProvider";

interface Wanted {
  track: Track | null;
  playing: boolean;
  audio: HTMLAudioElement;
  artist: string;
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
  close: () => void;
}

const SKIP_S = 10;

/** Tells the system what plays, and hears its keys: headphones, keyboard, lock screen. */
export function useMediaSession({ track, playing, audio, artist, ...steps }: Wanted) {
  const { previous, next, close } = steps;
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.metadata = track
      ? new MediaMetadata({ title: track.title, artist: track.subtitle ?? artist })
      : null;
  }, [track, artist]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState = track ? (playing ? "playing" : "paused") : "none";
  }, [track, playing]);

  useEffect(() => {
    if (!("mediaSession" in navigator) || !track) return undefined;
    const handlers: [MediaSessionAction, MediaSessionActionHandler | undefined][] = [
      ["play", () => void audio.play()],
      ["pause", () => audio.pause()],
      ["stop", close],
      ["seekbackward", ({ seekOffset }) => seekBy(audio, -(seekOffset ?? SKIP_S))],
      ["seekforward", ({ seekOffset }) => seekBy(audio, seekOffset ?? SKIP_S)],
      ["seekto", ({ seekTime }) => seekTime != null && seekTo(audio, seekTime)],
      ["previoustrack", previous],
      ["nexttrack", next],
    ];
    for (const [action, handler] of handlers) {
      navigator.mediaSession.setActionHandler(action, handler ?? null);
    }
    return () => {
      for (const [action] of handlers) navigator.mediaSession.setActionHandler(action, null);
    };
  }, [track, audio, previous, next, close]);
}

export function seekBy(audio: HTMLAudioElement, seconds: number): void {
  seekTo(audio, audio.currentTime + seconds);
}

export function seekTo(audio: HTMLAudioElement, seconds: number): void {
  const end = Number.isFinite(audio.duration) ? audio.duration : 0;
  audio.currentTime = Math.min(Math.max(0, seconds), end);
}
