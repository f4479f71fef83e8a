import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api } from "../api/calls";
import { usePlayer } from "../player/PlayerProvider";
import { Deck } from "./deck";
import { pictureOf } from "./look";

/** What is to be heard: a file of the library, or a link that is at hand already. */
export interface Take {
  id: string;
  title: string;
  fileId?: string;
  url?: string;
}

/** Decoded sounds are large: they are forgotten soon after nobody needs them. */
const KEPT_MS = 60_000;

async function bufferOf(take: Pick<Take, "fileId" | "url">): Promise<AudioBuffer> {
  const url = take.fileId ? (await api.playLink(take.fileId)).url : take.url;
  const answer = await fetch(url ?? "");
  if (!answer.ok) throw new Error(`${answer.status}`);
  const bytes = await answer.arrayBuffer();
  // Decoding needs no running clock: an offline context works before anybody clicked.
  return new OfflineAudioContext(2, 1, 48_000).decodeAudioData(bytes);
}

function soundQuery(take: Pick<Take, "fileId" | "url">) {
  return {
    queryKey: ["sound", take.fileId ?? take.url],
    queryFn: () => bufferOf(take),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
    structuralSharing: false,
    retry: 1,
  } as const;
}

export interface Decoded {
  take: Take;
  buffer: AudioBuffer | undefined;
  error: unknown;
}

export function useSounds(takes: readonly Take[]): Decoded[] {
  return useQueries({
    queries: takes.map(soundQuery),
    combine: (found) =>
      takes.map((take, index) => ({
        take,
        buffer: found[index]?.data,
        error: found[index]?.error ?? null,
      })),
  });
}

/** What a sound looks like, once it is decoded. */
export function usePictures(sounds: readonly Decoded[], columns: number) {
  return useQueries({
    queries: sounds.map(({ take, buffer }) => ({
      queryKey: ["picture", take.fileId ?? take.url, columns],
      queryFn: () => pictureOf(buffer as AudioBuffer, columns),
      enabled: buffer !== undefined,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: KEPT_MS,
      structuralSharing: false,
    })),
  });
}

/** One file's buffer, only where it is asked for. */
export function useSound(fileId: string | undefined, enabled = true) {
  return useQuery({ ...soundQuery({ fileId }), enabled: enabled && fileId !== undefined });
}

/** A deck for as long as the page shows it; it and the player at the bottom don't play at once. */
export function useDeck() {
  const { audio } = usePlayer();
  const [deck] = useState(() => new Deck());
  const used = useRef(0);
  useEffect(() => {
    used.current++;
    const hush = () => deck.pause();
    audio.addEventListener("play", hush);
    const unsubscribe = deck.subscribe(() => deck.playing && audio.pause());
    return () => {
      used.current--;
      audio.removeEventListener("play", hush);
      unsubscribe();
      deck.pause();
      // In development effects run twice: only a deck that stays unused is closed.
      setTimeout(() => used.current === 0 && void deck.close());
    };
  }, [audio, deck]);
  const playing = useSyncExternalStore(deck.subscribe, () => deck.playing);
  const duration = useSyncExternalStore(deck.subscribe, () => deck.duration);
  return { deck, playing, duration };
}
