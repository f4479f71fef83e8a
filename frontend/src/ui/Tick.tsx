import { Check } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Name for screen readers where no text stands beside the box. */
  label?: string;
  children?: ReactNode;
}

/** The browser's own checkbox: lists draw hundreds of them. */
export function Tick({ checked, onChange, label, children }: Props) {
  const box = (
    <span className="relative grid size-5.5 shrink-0 place-items-center">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        aria-label={label}
        className="size-5.5 cursor-pointer appearance-none rounded-md border border-edge bg-ink transition-colors hover:border-muted checked:border-violet checked:bg-violet-deep"
      />
      {checked && (
        <Check
          aria-hidden
          className="pointer-events-none absolute size-4 text-white"
          strokeWidth={3}
        />
      )}
    </span>
  );
  if (!children) return box;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box inside is the control
    <label className="flex cursor-pointer items-start gap-3">
      <span className="mt-0.5">{box}</span>
      <span className="min-w-0">{children}</span>
    </label>
  );
}
