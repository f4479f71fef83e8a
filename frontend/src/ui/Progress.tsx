import { Progress } from "@base-ui/react/progress";

interface Props {
  label: string;
  /** 0..1, or null where the end is unknown. */
  fraction: number | null;
  className?: string;
}

export function ProgressBar({ label, fraction, className = "" }: Props) {
  const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <Progress.Root value={percent} aria-label={label} className={`block ${className}`}>
      <Progress.Track className="h-2 overflow-hidden rounded-full bg-lift">
        <Progress.Indicator
          className={`h-full rounded-full bg-linear-to-r from-violet-press to-violet-soft transition-[width] duration-500 ${percent === null ? "w-1/3 animate-pulse-soft" : ""}`}
        />
      </Progress.Track>
    </Progress.Root>
  );
}
