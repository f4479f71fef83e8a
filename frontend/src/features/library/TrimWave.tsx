import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useWaveform } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatSeconds } from "../../i18n/format";
import { heights, resample } from "../../player/peaks";
import type { Stretch } from "./stretch";

const BARS = 160;

interface Props {
  fileId: string;
  whole: number;
  stretch: Stretch;
  onChange: (changes: Partial<Stretch>) => void;
  audio: HTMLAudioElement;
}

/** The waveform with both ends of the stretch as handles, for mouse, finger and keyboard. */
export function TrimWave({ fileId, whole, stretch, onChange, audio }: Props) {
  const { t, language } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const dragged = useRef<keyof Stretch>("start");
  const waveform = useWaveform(fileId);
  const bars = waveform.data ? resample(heights(waveform.data), BARS) : [];
  const share = (seconds: number) => (whole > 0 ? seconds / whole : 0);

  function secondsAt(event: PointerEvent): number {
    const area = box.current?.getBoundingClientRect();
    if (!area) return 0;
    return (Math.min(Math.max(0, event.clientX - area.left), area.width) / area.width) * whole;
  }
  function onPointerDown(event: PointerEvent) {
    const at = secondsAt(event);
    const nearer = Math.abs(at - stretch.start) <= Math.abs(at - stretch.end);
    dragged.current = nearer ? "start" : "end";
    event.currentTarget.setPointerCapture(event.pointerId);
    onChange({ [dragged.current]: at });
  }
  function onPointerMove(event: PointerEvent) {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) {
      onChange({ [dragged.current]: secondsAt(event) });
    }
  }
  return (
    <div
      ref={box}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      className="relative h-28 touch-none rounded-xl bg-ink select-none"
    >
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${BARS} 100`}
        preserveAspectRatio="none"
        className="size-full"
      >
        {bars.map((height, index) => {
          const inside = index / BARS >= share(stretch.start) && index / BARS < share(stretch.end);
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
      <PlayHead audio={audio} whole={whole} />
      {(["start", "end"] as const).map((end) => (
        <Handle
          key={end}
          label={t(end === "start" ? "trimStart" : "trimEnd")}
          text={formatSeconds(stretch[end], language)}
          value={stretch[end]}
          whole={whole}
          onChange={(value) => onChange({ [end]: value })}
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
  onChange: (value: number) => void;
}

/** Arrow keys move by a tenth of a second, with Shift by a second, with Alt by ten milliseconds. */
function Handle({ label, text, value, whole, onChange }: HandleProps) {
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
      onKeyDown={onKeyDown}
      className="absolute inset-y-0 grid w-6 -translate-x-1/2 cursor-ew-resize place-items-center rounded-lg"
      style={{ left: `${whole > 0 ? (value / whole) * 100 : 0}%` }}
    >
      <span aria-hidden className="h-full w-1 rounded-full bg-violet" />
    </div>
  );
}

function PlayHead({ audio, whole }: { audio: HTMLAudioElement; whole: number }) {
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
  if (at <= 0 || whole <= 0) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute inset-y-0 w-px bg-white"
      style={{ left: `${(at / whole) * 100}%` }}
    />
  );
}
