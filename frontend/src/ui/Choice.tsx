import { type ReactNode, useId } from "react";

export interface Option {
  value: string;
  label: string;
  detail?: ReactNode;
  picture?: ReactNode;
  disabled?: boolean;
  /** Of the label, where it is not the page's. */
  lang?: string;
}

interface Props {
  legend: string;
  options: Option[];
  value: string;
  onChange: (value: string) => void;
  columns?: string;
}

/** Radio buttons drawn as cards; arrow keys move between them. */
export function Choice({ legend, options, value, onChange, columns = "sm:grid-cols-2" }: Props) {
  const name = useId();
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-2 text-sm font-medium text-muted">{legend}</legend>
      <div className={`grid gap-2.5 ${columns}`}>
        {options.map((option) => (
          <label
            key={option.value}
            lang={option.lang}
            className="flex cursor-pointer items-center gap-3 rounded-2xl border border-edge/70 bg-ink/60 p-3.5 transition-colors hover:border-muted has-checked:border-violet has-checked:bg-violet/12 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-violet-soft has-disabled:cursor-not-allowed has-disabled:opacity-50"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
              aria-label={option.label}
              className="sr-only"
            />
            {option.picture}
            <span className="grid min-w-0 flex-1">
              <span className="truncate font-semibold">{option.label}</span>
              {option.detail && <span className="text-sm text-faint">{option.detail}</span>}
            </span>
            <span
              aria-hidden
              className={`grid size-5 shrink-0 place-items-center rounded-full border ${option.value === value ? "border-violet bg-violet" : "border-edge"}`}
            >
              {option.value === value && <span className="size-2 rounded-full bg-white" />}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
