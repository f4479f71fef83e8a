import { useId } from "react";

interface Props {
  legend: string;
  /** `lang` is the label's, where it is not the page's. */
  options: { value: string; label: string; lang?: string }[];
  value: string;
  onChange: (value: string) => void;
}

/** A few short choices side by side; arrow keys move between them. */
export function Segments({ legend, options, value, onChange }: Props) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-medium text-muted">{legend}</legend>
      <div className="flex gap-1 rounded-xl border border-line bg-ink p-1">
        {options.map((option) => (
          <label
            key={option.value}
            lang={option.lang}
            className="grid min-h-9 flex-1 cursor-pointer place-items-center rounded-lg px-2 text-center text-sm font-medium text-muted transition-colors hover:text-text has-checked:bg-violet-deep has-checked:text-white has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-violet-soft"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="sr-only"
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
