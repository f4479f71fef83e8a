import { useEffect, useRef, useState } from "react";
import { useWaveform } from "../api/queries";
import { usePlayer } from "./PlayerProvider";
import { heights, resample } from "./peaks";

const BARS = 72;
const STAYS_MS = 150;

/** A small picture of a file's waveform, read once it comes into view; the played part is lit. */
export function MiniWave({ fileId, trackKey }: { fileId: string; trackKey: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // What only flies by while somebody scrolls is not read.
    const watcher = new IntersectionObserver(([entry]) => {
      clearTimeout(timer);
      if (entry?.isIntersecting) timer = setTimeout(() => setSeen(true), STAYS_MS);
    });
    watcher.observe(element);
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
    };
  }, []);
  const waveform = useWaveform(fileId, seen);
  const played = usePlayedFraction(trackKey);
  const bars = waveform.data ? resample(heights(waveform.data), BARS) : null;
  return (
    <div ref={box} aria-hidden className="h-9 w-full">
      {bars && (
        <svg
          aria-hidden="true"
          viewBox={`0 0 ${BARS * 3} 36`}
          preserveAspectRatio="none"
          className="size-full"
        >
          <path d={barsPath(bars)} stroke="#4a4764" {...STROKE} />
          <path d={barsPath(bars, played)} stroke="var(--color-violet-soft)" {...STROKE} />
        </svg>
      )}
    </div>
  );
}

const STROKE = { fill: "none", strokeWidth: 1.8, strokeLinecap: "round" } as const;

/** The bars of the first `share` as one path: a page holds many of these pictures. */
function barsPath(bars: number[], share = 1): string {
  return bars
    .slice(0, Math.ceil(bars.length * share))
    .map((height, index) => {
      const half = Math.max(0.2, height * 17 - 0.9);
      return `M${index * 3 + 0.9} ${(18 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
    })
    .join("");
}

function usePlayedFraction(trackKey: string): number {
  const { track, audio } = usePlayer();
  const [fraction, setFraction] = useState(0);
  const current = track?.key === trackKey;
  useEffect(() => {
    if (!current) return undefined;
    const read = () => setFraction(audio.duration > 0 ? audio.currentTime / audio.duration : 0);
    audio.addEventListener("timeupdate", read);
    return () => audio.removeEventListener("timeupdate", read);
  }, [current, audio]);
  return current ? fraction : 0;
}
