import { Star } from "lucide-react";
import { useId } from "react";
import { useI18n } from "../i18n";

const ALL = [1, 2, 3, 4, 5];

interface Props {
  legend: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

/** One to five stars: arrow keys move between them, the one that is set takes itself back. */
export function Stars({ legend, value, onChange }: Props) {
  const { t } = useI18n();
  const name = useId();
  return (
    <fieldset>
      <legend className="sr-only">{legend}</legend>
      <div className="flex">
        {ALL.map((count) => (
          <label
            key={count}
            className="grid size-10 cursor-pointer place-items-center rounded-full has-focus-visible:outline-2 has-focus-visible:outline-violet-soft"
          >
            <input
              type="radio"
              name={name}
              checked={value === count}
              aria-label={t("stars", { count })}
              onChange={() => onChange(count)}
              onClick={() => value === count && onChange(null)}
              onKeyDown={(event) => {
                if (event.key === "Delete" || event.key === "Backspace") onChange(null);
              }}
              className="sr-only"
            />
            <StarShape lit={value !== null && count <= value} className="size-6.5" />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function StarShape({ lit, className }: { lit: boolean; className: string }) {
  return (
    <Star
      aria-hidden
      className={`${className} transition-colors ${lit ? "fill-warn text-warn" : "text-edge hover:text-warn"}`}
    />
  );
}

/** Stars that were given, to be read only. */
export function StarsShown({ value }: { value: number }) {
  const { t } = useI18n();
  return (
    <span role="img" aria-label={t("stars", { count: value })} className="inline-flex gap-0.5">
      {ALL.map((count) => (
        <StarShape key={count} lit={count <= value} className="size-3.5" />
      ))}
    </span>
  );
}
