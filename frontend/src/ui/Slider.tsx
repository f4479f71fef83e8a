import { Slider as Base } from "@base-ui/react/slider";
import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step: number;
  shown: string;
  hint?: ReactNode;
}

export function Slider({ label, value, onChange, min, max, step, shown, hint }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <div className="flex items-baseline justify-between gap-3">
        <span id={id} className="text-sm font-medium text-muted">
          {label}
        </span>
        <output className="text-sm font-semibold tabular-nums">{shown}</output>
      </div>
      <Base.Root
        value={value}
        onValueChange={(next) => onChange(Array.isArray(next) ? (next[0] ?? value) : next)}
        min={min}
        max={max}
        step={step}
      >
        <Base.Control className="flex h-9 w-full touch-none items-center select-none">
          <Base.Track className="h-1.5 w-full rounded-full bg-lift">
            <Base.Indicator className="rounded-full bg-violet" />
            <Base.Thumb
              aria-labelledby={id}
              getAriaValueText={() => shown}
              className="size-5 rounded-full border-2 border-violet bg-white shadow-md has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-violet-soft"
            />
          </Base.Track>
        </Base.Control>
      </Base.Root>
      {hint && <p className="text-sm text-faint">{hint}</p>}
    </div>
  );
}
