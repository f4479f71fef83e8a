import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ReactNode;
}

/** On or off, with its name beside it; a click on the name turns it too. */
export function Switch({ label, checked, onChange, hint }: Props) {
  const id = useId();
  return (
    <div className="grid content-start gap-1">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control */}
      <label className="flex min-h-11 cursor-pointer items-center justify-between gap-4">
        <span id={id} className="text-sm font-medium text-muted">
          {label}
        </span>
        <Base.Root
          checked={checked}
          onCheckedChange={onChange}
          aria-labelledby={id}
          className="flex h-6.5 w-11 shrink-0 cursor-pointer items-center rounded-full border border-edge bg-lift p-0.5 transition-colors data-[checked]:border-violet data-[checked]:bg-violet-deep"
        >
          <Base.Thumb className="size-5 rounded-full bg-white shadow transition-transform data-[checked]:translate-x-4.5" />
        </Base.Root>
      </label>
      {hint && <p className="text-sm text-faint">{hint}</p>}
    </div>
  );
}
