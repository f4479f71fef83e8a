import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useWaveform } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatSeconds } from "../../i18n/format";
import { heights } from "../../player/peaks";
import type { Stretch } from "./stretch";
import { barsIn, placeOf, showing, type View, viewOf, zoomed } from "./view";
import { STEP, ZoomBar } from "./ZoomBar";

const BARS = 160;

interface Props {
  fileId: string;
  whole: number;
  stretch: Stretch;
  onChange: (changes: Partial<Stretch>) => void;
  audio: HTMLAudioElement;
}

/**
 * The waveform with both ends of the stretch as handles, for mouse, finger and keyboard. It zooms
 * about the end that was moved last, because in a long file a pixel is seconds.
 */
export function TrimWave({ whole, stretch, onChange, ...rest }: Props) {
  const [view, setView] = useState(() => viewOf(whole));
  const about = useRef<keyof Stretch>("start");
  // An end that is set by a number or a key brings the window along.
  useFollowed("end", stretch, whole, about, setView);
  useFollowed("start", stretch, whole, about, setView);
  const zoom = (factor: number) =>
    setView((old) => {
      const at = stretch[about.current];
      return zoomed(showing(old, whole, at), whole, factor, at);
    });
  const keys: Record<string, () => void> = {
    "+": () => zoom(1 / STEP),
    "=": () => zoom(1 / STEP),
    "-": () => zoom(STEP),
    "0": () => setView(viewOf(whole)),
  };
  function onKeyDown(event: KeyboardEvent) {
    const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the handles within
    <div onKeyDown={onKeyDown} className="grid grid-cols-1 gap-2">
      <Waves
        {...rest}
        whole={whole}
        view={view}
        stretch={stretch}
        onTouch={(end) => {
          about.current = end;
        }}
        onMove={(end, value) => onChange({ [end]: value })}
      />
      <ZoomBar view={view} whole={whole} onZoom={zoom} onView={setView} />
    </div>
  );
}

/** Keeps an end in view that moves, and remembers it as the one to zoom about. */
function useFollowed(
  end: keyof Stretch,
  stretch: Stretch,
  whole: number,
  about: RefObject<keyof Stretch>,
  setView: (change: (old: View) => View) => void,
): void {
  const at = stretch[end];
  useEffect(() => {
    about.current = end;
    setView((old) => showing(old, whole, at));
  }, [end, at, whole, about, setView]);
}

interface WavesProps extends Omit<Props, "onChange"> {
  view: View;
  onMove: (end: keyof Stretch, value: number) => void;
  onTouch: (end: keyof Stretch) => void;
}

function Waves({ fileId, whole, view, stretch, onMove, onTouch, audio }: WavesProps) {
  const { t, language } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const dragged = useRef<keyof Stretch>("start");
  const waveform = useWaveform(fileId);
  const bars = waveform.data ? barsIn(heights(waveform.data), view, whole, BARS) : [];
  const share = (seconds: number) => Math.min(1, Math.max(0, placeOf(seconds, view)));

  function secondsAt(event: PointerEvent): number {
    const area = box.current?.getBoundingClientRect();
    if (!area) return 0;
    const place = Math.min(Math.max(0, event.clientX - area.left), area.width) / area.width;
    return view.from + place * (view.to - view.from);
  }
  function onPointerDown(event: PointerEvent) {
    const at = secondsAt(event);
    const nearer = Math.abs(at - stretch.start) <= Math.abs(at - stretch.end);
    dragged.current = nearer ? "start" : "end";
    event.currentTarget.setPointerCapture(event.pointerId);
    onMove(dragged.current, at);
  }
  function onPointerMove(event: PointerEvent) {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) {
      onMove(dragged.current, secondsAt(event));
    }
  }
  return (
    <div
      ref={box}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      className="relative h-28 touch-none overflow-x-clip rounded-xl bg-ink select-none"
    >
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${BARS} 100`}
        preserveAspectRatio="none"
        className="size-full"
      >
        {bars.map((height, index) => {
          const at = index / BARS;
          const inside = at >= placeOf(stretch.start, view) && at < placeOf(stretch.end, view);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
              key={index}
              x={index + 0.15}
              width={0.7}
              y={50 - Math.max(1, height * 46)}
              height={Math.max(2, height * 92)}
              fill={inside ? "var(--color-violet-soft)" : "#3a3850"}
            />
          );
        })}
      </svg>
      <div
        aria-hidden
        className="pointer-events-none absolute inset-y-0 border-violet bg-violet/12"
        style={{
          left: `${share(stretch.start) * 100}%`,
          right: `${(1 - share(stretch.end)) * 100}%`,
        }}
      />
      <PlayHead audio={audio} view={view} />
      {(["start", "end"] as const).map((end) => (
        <Handle
          key={end}
          label={t(end === "start" ? "trimStart" : "trimEnd")}
          text={formatSeconds(stretch[end], language)}
          value={stretch[end]}
          whole={whole}
          place={placeOf(stretch[end], view)}
          onFocus={() => onTouch(end)}
          onChange={(value) => onMove(end, value)}
        />
      ))}
    </div>
  );
}

interface HandleProps {
  label: string;
  text: string;
  value: number;
  whole: number;
  /** In the window, where it is between 0 and 1. */
  place: number;
  onFocus: () => void;
  onChange: (value: number) => void;
}

/** Arrow keys move by a tenth of a second, with Shift by a second, with Alt by ten milliseconds. */
function Handle({ label, text, value, whole, place, onFocus, onChange }: HandleProps) {
  function onKeyDown(event: KeyboardEvent) {
    const step = event.shiftKey ? 1 : event.altKey ? 0.01 : 0.1;
    const targets: Record<string, number> = {
      ArrowLeft: value - step,
      ArrowDown: value - step,
      ArrowRight: value + step,
      ArrowUp: value + step,
      PageDown: value - 10,
      PageUp: value + 10,
      Home: 0,
      End: whole,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    onChange(target);
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={value}
      aria-valuetext={text}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
      className="absolute inset-y-0 grid w-6 -translate-x-1/2 cursor-ew-resize place-items-center rounded-lg"
      style={{ left: `${Math.min(1.1, Math.max(-0.1, place)) * 100}%` }}
    >
      <span aria-hidden className="h-full w-1 rounded-full bg-violet" />
    </div>
  );
}

function PlayHead({ audio, view }: { audio: HTMLAudioElement; view: View }) {
  const [at, setAt] = useState(0);
  useEffect(() => {
    let frame = 0;
    const read = () => {
      setAt(audio.currentTime);
      frame = requestAnimationFrame(read);
    };
    const begin = () => {
      cancelAnimationFrame(frame);
      read();
    };
    const end = () => cancelAnimationFrame(frame);
    audio.addEventListener("play", begin);
    audio.addEventListener("pause", end);
    return () => {
      end();
      audio.removeEventListener("play", begin);
      audio.removeEventListener("pause", end);
    };
  }, [audio]);
  const place = placeOf(at, view);
  if (at <= 0 || place < 0 || place > 1) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-y-0 w-px bg-white"
      style={{ left: `${place * 100}%` }}
    />
  );
}
