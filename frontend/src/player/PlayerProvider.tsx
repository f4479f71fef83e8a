import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { api } from "../api/calls";
import { errorText } from "../api/errors";
import { useI18n } from "../i18n";
import { notify } from "../ui/notify";
import { useMediaSession } from "./useMediaSession";
import { storedVolume } from "./volume";

const PlayerBar = lazy(() => import("./PlayerBar"));

export interface Track {
  /** What makes it this track: the file's id, or job and step of a preview. */
  key: string;
  title: string;
  subtitle?: string;
  /** A file of the library, fetched by a fresh link each time. */
  fileId?: string;
  /** A link that is at hand already (previews of a training). */
  url?: string;
  /** The recording that this was made from, to listen to both in turn. */
  sourceId?: string;
}

interface Player {
  track: Track | null;
  playing: boolean;
  /**
   * Starts this track, or pauses and continues it where it is the current one. `among` are the
   * tracks that stand beside it, for going to the next and the previous one.
   */
  toggle: (track: Track, among?: readonly Track[]) => void;
  /** The neighbours of what is playing; undefined at an end. */
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
  /** The file that is heard: the track's own, or what it was swapped for. */
  heard: string | undefined;
  /** Goes on with another file at the same place, unless another track has come meanwhile. */
  swap: (fileId: string) => Promise<void>;
  close: () => void;
  audio: HTMLAudioElement;
}

const PlayerContext = createContext<Player | null>(null);

/** What the element plays, or waits for the link of. */
interface Take {
  track: Track;
  fileId?: string;
  /** Whether a fresh link was fetched already after the first one failed. */
  renewed: boolean;
}

export function PlayerProvider({ children }: { children: ReactNode }) {
  const { t, language } = useI18n();
  const [track, setTrack] = useState<Track | null>(null);
  const [playing, setPlaying] = useState(false);
  const [heard, setHeard] = useState<string>();
  const [among, setAmong] = useState<readonly Track[]>([]);
  const current = useRef<Take | null>(null);
  const [audio] = useState(() => {
    const element = new Audio();
    element.preload = "auto";
    element.volume = storedVolume();
    element.addEventListener("play", () => setPlaying(true));
    element.addEventListener("pause", () => setPlaying(false));
    element.addEventListener("ended", () => setPlaying(false));
    return element;
  });

  const giveUp = useCallback(
    (take: Take, sentence: string) => {
      if (current.current !== take) return;
      current.current = null;
      unload(audio);
      notify.error(sentence);
    },
    [audio],
  );

  const toggle = useCallback(
    async (wanted: Track, beside?: readonly Track[]) => {
      if (current.current?.track.key === wanted.key && audio.src) {
        if (audio.paused) play(audio);
        else audio.pause();
        return;
      }
      const take: Take = { track: wanted, fileId: wanted.fileId, renewed: false };
      current.current = take;
      setAmong((old) => beside ?? (old.some((one) => one.key === wanted.key) ? old : []));
      setTrack(wanted);
      setHeard(wanted.fileId);
      unload(audio);
      try {
        const url = take.fileId ? (await api.playLink(take.fileId)).url : wanted.url;
        if (current.current === take && url) start(audio, url);
      } catch (error) {
        giveUp(take, errorText(error, language));
      }
    },
    [audio, language, giveUp],
  );

  const swap = useCallback(
    async (fileId: string) => {
      const take = current.current;
      const { url } = await api.playLink(fileId);
      if (!take || current.current !== take) return;
      Object.assign(take, { fileId, renewed: false });
      start(audio, url, audio.currentTime, !audio.paused);
      setHeard(fileId);
    },
    [audio],
  );

  useEffect(() => {
    /** A link may have grown old: one fresh one is tried before giving up. */
    async function onError() {
      const take = current.current;
      if (!take || !audio.error) return;
      const { currentTime, paused } = audio;
      const { fileId } = take;
      if (take.renewed || !fileId) {
        giveUp(take, t(fileId ? "unplayableFile" : "unplayable", { name: take.track.title }));
        return;
      }
      take.renewed = true;
      try {
        const { url } = await api.playLink(fileId);
        if (current.current === take && take.fileId === fileId) {
          start(audio, url, currentTime, !paused);
        }
      } catch (error) {
        giveUp(take, errorText(error, language));
      }
    }
    const listener = () => void onError();
    audio.addEventListener("error", listener);
    return () => audio.removeEventListener("error", listener);
  }, [audio, t, language, giveUp]);

  const close = useCallback(() => {
    current.current = null;
    unload(audio);
    setTrack(null);
  }, [audio]);

  const { previous, next } = useNeighbours(track, among, toggle);
  useMediaSession({ track, playing, audio, artist: t("brand"), previous, next, close });

  const value = useMemo<Player>(
    () => ({
      track,
      playing,
      heard,
      toggle: (wanted, beside) => void toggle(wanted, beside),
      previous,
      next,
      swap,
      close,
      audio,
    }),
    [track, playing, heard, toggle, previous, next, swap, close, audio],
  );
  return (
    <PlayerContext value={value}>
      {children}
      {track && (
        <Suspense fallback={null}>
          <PlayerBar key={track.key} track={track} />
        </Suspense>
      )}
    </PlayerContext>
  );
}

/** Steps from a track to those that stand beside it. */
function useNeighbours(
  track: Track | null,
  among: readonly Track[],
  toggle: (track: Track) => Promise<void>,
) {
  return useMemo(() => {
    const place = among.findIndex((one) => one.key === track?.key);
    const to = (index: number) => {
      const target = place < 0 ? undefined : among[index];
      return target && (() => void toggle(target));
    };
    return { previous: to(place - 1), next: to(place + 1) };
  }, [track, among, toggle]);
}

export function usePlayer(): Player {
  const player = useContext(PlayerContext);
  if (!player) throw new Error("usePlayer needs a PlayerProvider");
  return player;
}

/** Drops what was loaded: the last file must not be heard under the next title. */
function unload(audio: HTMLAudioElement): void {
  audio.pause();
  audio.removeAttribute("src");
  audio.load();
}

function start(audio: HTMLAudioElement, url: string, at = 0, playing = true): void {
  audio.src = url;
  if (at > 0) audio.currentTime = at;
  if (playing) play(audio);
}

/** NotAllowedError: a click is wanted first. AbortError: another track came. NotSupportedError: `error` tells. */
const EXPECTED = new Set(["NotAllowedError", "AbortError", "NotSupportedError"]);

function play(audio: HTMLAudioElement): void {
  audio.play().catch((error: unknown) => {
    if (!(error instanceof DOMException && EXPECTED.has(error.name))) throw error;
  });
}
