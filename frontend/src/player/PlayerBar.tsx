import { Download, Pause, Play, SkipBack, SkipForward, Volume2, VolumeX, X } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, useEffect, useState } from "react";
import { useDownload } from "../features/useDownload";
import { useI18n } from "../i18n";
import { formatClock } from "../i18n/format";
import { IconButton } from "../ui/Button";
import { CompareSwitch } from "./CompareSwitch";
import { type Track, usePlayer } from "./PlayerProvider";
import { seekBy, seekTo } from "./useMediaSession";
import { storeVolume } from "./volume";
import Wave from "./Wave";

/** The bar at the bottom: what is playing, its waveform, and how to seek in it. */
export default function PlayerBar({ track }: { track: Track }) {
  const { t } = useI18n();
  const { playing, heard, toggle, previous, next, close, audio } = usePlayer();
  const download = useDownload();
  return (
    <section
      aria-label={t("player")}
      onKeyDown={(event) => onKey(event, audio)}
      className="fixed inset-x-0 bottom-[calc(4rem+env(safe-area-inset-bottom))] z-30 border-t border-line bg-panel/92 backdrop-blur-xl lg:bottom-0 lg:left-64"
    >
      <div className="mx-auto flex max-w-6xl items-center gap-3 px-3 py-2.5 sm:px-6">
        <span className="hidden sm:block">
          <IconButton label={t("previousTrack")} disabled={!previous} onClick={previous}>
            <SkipBack aria-hidden className="size-5 fill-current" />
          </IconButton>
        </span>
        <button
          type="button"
          aria-label={playing ? t("pause") : t("play")}
          onClick={() => toggle(track)}
          className="grid size-11 shrink-0 place-items-center rounded-full bg-violet-deep text-white hover:bg-violet-press"
        >
          {playing ? (
            <Pause aria-hidden className="size-5 fill-current" />
          ) : (
            <Play aria-hidden className="ml-0.5 size-5 fill-current" />
          )}
        </button>
        <span className="hidden sm:block">
          <IconButton label={t("nextTrack")} disabled={!next} onClick={next}>
            <SkipForward aria-hidden className="size-5 fill-current" />
          </IconButton>
        </span>
        <div className="grid min-w-0 flex-1 sm:w-44 sm:flex-none">
          <p className="truncate text-sm font-semibold">{track.title}</p>
          <p className="truncate text-xs text-faint">{track.subtitle}</p>
        </div>
        <div className="hidden min-w-0 flex-1 sm:block">
          <Wave audio={audio} fileId={track.url ? undefined : heard} />
        </div>
        <Seek audio={audio} />
        {track.sourceId && track.fileId && <CompareSwitch track={track} />}
        <Volume audio={audio} />
        {track.fileId && (
          <span className="hidden md:block">
            <IconButton
              label={t("download")}
              onClick={() => track.fileId && download.mutate(track.fileId)}
            >
              <Download aria-hidden className="size-5" />
            </IconButton>
          </span>
        )}
        <IconButton label={t("closePlayer")} onClick={close}>
          <X aria-hidden className="size-5" />
        </IconButton>
      </div>
    </section>
  );
}

const SKIP_S = 5;

/** Arrows seek anywhere in the bar; sliders have their own meaning for them. */
function onKey(event: KeyboardEvent, audio: HTMLAudioElement): void {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "ArrowLeft") seekBy(audio, -SKIP_S);
  else if (event.key === "ArrowRight") seekBy(audio, SKIP_S);
  else if (event.key === "Home") seekTo(audio, 0);
  else return;
  event.preventDefault();
}

const filled = (share: number) => ({ "--filled": `${share * 100}%` }) as CSSProperties;

function Seek({ audio }: { audio: HTMLAudioElement }) {
  const { t } = useI18n();
  const [time, setTime] = useState(audio.currentTime);
  const [duration, setDuration] = useState(0);
  useEffect(() => {
    const read = () => {
      setTime(audio.currentTime);
      setDuration(Number.isFinite(audio.duration) ? audio.duration : 0);
    };
    const events = ["timeupdate", "loadedmetadata", "seeked", "emptied"];
    for (const name of events) audio.addEventListener(name, read);
    return () => {
      for (const name of events) audio.removeEventListener(name, read);
    };
  }, [audio]);
  return (
    <div className="flex shrink-0 items-center gap-2">
      <input
        type="range"
        aria-label={t("position")}
        aria-valuetext={`${formatClock(time)} / ${formatClock(duration)}`}
        min={0}
        max={duration || 1}
        step={0.1}
        value={Math.min(time, duration || 1)}
        onChange={(event) => {
          audio.currentTime = Number(event.target.value);
        }}
        style={filled(duration > 0 ? time / duration : 0)}
        className="absolute inset-x-0 -top-2.5 range h-5 w-full sm:sr-only sm:focus-visible:not-sr-only"
      />
      <span className="shrink-0 text-xs tabular-nums text-muted">
        {formatClock(time)}
        <span className="hidden sm:inline"> / {formatClock(duration)}</span>
      </span>
    </div>
  );
}

function Volume({ audio }: { audio: HTMLAudioElement }) {
  const { t } = useI18n();
  const [volume, setVolume] = useState(audio.volume);
  const [muted, setMuted] = useState(audio.muted);
  const silent = muted || volume === 0;
  return (
    <span className="hidden items-center gap-1 text-muted xl:flex">
      <IconButton
        label={t(silent ? "unmute" : "mute")}
        aria-pressed={silent}
        onClick={() => {
          audio.muted = !audio.muted;
          setMuted(audio.muted);
        }}
      >
        {silent ? (
          <VolumeX aria-hidden className="size-4.5" />
        ) : (
          <Volume2 aria-hidden className="size-4.5" />
        )}
      </IconButton>
      <input
        type="range"
        aria-label={t("volume")}
        min={0}
        max={1}
        step={0.05}
        value={volume}
        onChange={(event) => {
          audio.volume = Number(event.target.value);
          audio.muted = false;
          setMuted(false);
          setVolume(audio.volume);
          storeVolume(audio.volume);
        }}
        style={filled(muted ? 0 : volume)}
        className="range w-20"
      />
    </span>
  );
}
