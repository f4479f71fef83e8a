import { Checkbox } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Name for screen readers where no text stands beside the box. */
  label?: string;
  children?: ReactNode;
}

export function Tick({ checked, onChange, label, children }: Props) {
  const box = (
    <Checkbox.Root
      checked={checked}
      onCheckedChange={onChange}
      aria-label={label}
      className="grid size-5.5 shrink-0 cursor-pointer place-items-center rounded-md border border-edge bg-ink transition-colors hover:border-muted data-[checked]:border-violet data-[checked]:bg-violet-deep"
    >
      <Checkbox.Indicator>
        <Check aria-hidden className="size-4 text-white" strokeWidth={3} />
      </Checkbox.Indicator>
    </Checkbox.Root>
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
