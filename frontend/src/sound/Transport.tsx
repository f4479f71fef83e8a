import { Pause, Play } from "lucide-react";
import { type CSSProperties, useEffect, useState } from "react";
import { useI18n } from "../i18n";
import { formatClock } from "../i18n/format";
import type { Deck } from "./deck";

interface Props {
  deck: Deck;
  playing: boolean;
  duration: number;
  disabled?: boolean;
}

/** Play, pause and the place, for everything on a deck together. */
export function Transport({ deck, playing, duration, disabled }: Props) {
  const { t } = useI18n();
  const position = usePosition(deck, playing);
  const Icon = playing ? Pause : Play;
  return (
    <div className="flex items-center gap-4">
      <button
        type="button"
        aria-label={t(playing ? "pause" : "play")}
        disabled={disabled}
        onClick={() => (playing ? deck.pause() : void deck.play())}
        className="grid size-12 shrink-0 place-items-center rounded-full bg-violet-deep text-white hover:bg-violet-press disabled:cursor-not-allowed disabled:opacity-40"
      >
        <Icon aria-hidden className={`size-5 fill-current ${playing ? "" : "ml-0.5"}`} />
      </button>
      <input
        type="range"
        aria-label={t("position")}
        aria-valuetext={`${formatClock(position)} / ${formatClock(duration)}`}
        min={0}
        max={duration || 1}
        step={0.1}
        value={Math.min(position, duration || 1)}
        disabled={disabled}
        onChange={(event) => deck.seek(Number(event.target.value))}
        style={
          { "--filled": `${duration > 0 ? (position / duration) * 100 : 0}%` } as CSSProperties
        }
        className="range h-6 min-w-0 flex-1"
      />
      <span className="shrink-0 text-sm tabular-nums text-muted">
        {formatClock(position)} / {formatClock(duration)}
      </span>
    </div>
  );
}

/** Where the deck is, read while it plays. */
export function usePosition(deck: Deck, playing: boolean): number {
  const [position, setPosition] = useState(deck.position);
  useEffect(() => {
    let frame = 0;
    const read = () => {
      setPosition(deck.position);
      if (playing) frame = requestAnimationFrame(read);
    };
    read();
    const unsubscribe = deck.subscribe(() => setPosition(deck.position));
    return () => {
      cancelAnimationFrame(frame);
      unsubscribe();
    };
  }, [deck, playing]);
  return position;
}

/** Keys for listening: space plays and pauses, arrows go five seconds, others as the page says. */
export function useDeckKeys(deck: Deck, keys: (key: string) => boolean): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || inControl(event.target)) return;
      if (event.key === " ") {
        if ((event.target as HTMLElement).closest("button, a, summary")) return;
        if (deck.playing) deck.pause();
        else void deck.play();
      } else if (event.key === "ArrowLeft") deck.seek(deck.position - 5);
      else if (event.key === "ArrowRight") deck.seek(deck.position + 5);
      else if (!keys(event.key.toLowerCase())) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [deck, keys]);
}

/** Whether keys belong to what has the focus: fields, sliders, menus. */
function inControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, select, textarea, [role=menu], [role=dialog], [role=slider]") !== null
  );
}
