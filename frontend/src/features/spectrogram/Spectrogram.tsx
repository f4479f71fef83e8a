import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { spectrogramOf } from "./draw";

interface Props {
  /** What makes it this sound, however often its link is renewed. */
  name: string;
  url: string;
  /** What it shows, in words. */
  label: string;
  className?: string;
}

/** A picture of a sound's tones over time, drawn once it comes into view. */
export function Spectrogram({ name, url, label, className = "" }: Props) {
  const box = useRef<HTMLCanvasElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) setSeen(true);
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const { data } = useQuery({
    queryKey: ["spectrogram", name],
    queryFn: ({ signal }) => spectrogramOf(url, signal),
    enabled: seen,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
  useEffect(() => {
    const canvas = box.current;
    if (!canvas || !data) return;
    canvas.width = data.width;
    canvas.height = data.height;
    canvas.getContext("2d")?.putImageData(data, 0, 0);
  }, [data]);
  return (
    <canvas
      ref={box}
      role="img"
      aria-label={label}
      data-drawn={data ? "" : undefined}
      className={`rounded-lg bg-ink ${className}`}
    />
  );
}
