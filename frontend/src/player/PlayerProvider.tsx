import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from "react";
import { api } from "../api/calls";
import { errorText } from "../api/errors";
import { useI18n } from "../i18n";
import { notify } from "../ui/notify";

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
  generated?: boolean;
}

interface Player {
  track: Track | null;
  playing: boolean;
  /** Starts this track, or pauses and continues it where it is the current one. */
  toggle: (track: Track) => void;
  close: () => void;
  audio: HTMLAudioElement;
}

const PlayerContext = createContext<Player | null>(null);

export function PlayerProvider({ children }: { children: ReactNode }) {
  const { language } = useI18n();
  const [track, setTrack] = useState<Track | null>(null);
  const [playing, setPlaying] = useState(false);
  const current = useRef<string | null>(null);
  const [audio] = useState(() => {
    const element = new Audio();
    element.preload = "auto";
    element.addEventListener("play", () => setPlaying(true));
    element.addEventListener("pause", () => setPlaying(false));
    element.addEventListener("ended", () => setPlaying(false));
    return element;
  });

  const toggle = useCallback(
    async (wanted: Track) => {
      if (current.current === wanted.key && audio.src) {
        if (audio.paused) await audio.play().catch(() => undefined);
        else audio.pause();
        return;
      }
      current.current = wanted.key;
      setTrack(wanted);
      audio.pause();
      try {
        const url = wanted.fileId ? (await api.playLink(wanted.fileId)).url : wanted.url;
        if (current.current !== wanted.key || !url) return;
        audio.src = url;
        // Refused where the browser forbids playing before a click: the bar's button still works.
        await audio.play().catch(() => undefined);
      } catch (error) {
        notify.error(errorText(error, language));
      }
    },
    [audio, language],
  );

  const close = useCallback(() => {
    current.current = null;
    audio.pause();
    audio.removeAttribute("src");
    setTrack(null);
  }, [audio]);

  const value = useMemo<Player>(
    () => ({ track, playing, toggle: (wanted) => void toggle(wanted), close, audio }),
    [track, playing, toggle, close, audio],
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

export function usePlayer(): Player {
  const player = useContext(PlayerContext);
  if (!player) throw new Error("usePlayer needs a PlayerProvider");
  return player;
}
