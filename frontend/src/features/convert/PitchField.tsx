import { Minus, Plus } from "lucide-react";
import { useI18n } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { Slider } from "../../ui/Slider";

const LIMIT = 24;
const PRESETS = [-12, 0, 12];

/** The key in semitones, with the octaves at hand. */
export function PitchField({
  value,
  onChange,
}: {
  value: number;
  onChange: (value: number) => void;
}) {
  const { t } = useI18n();
  const clamp = (next: number) => onChange(Math.min(LIMIT, Math.max(-LIMIT, next)));
  const signed = value > 0 ? `+${value}` : String(value);
  return (
    <div className="grid gap-3">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Slider
            label={t("pitchShift")}
            value={value}
            onChange={onChange}
            min={-LIMIT}
            max={LIMIT}
            step={1}
            shown={t("semitones", { value: signed })}
          />
        </div>
        <IconButton label={t("pitchDown")} onClick={() => clamp(value - 1)}>
          <Minus aria-hidden className="size-5" />
        </IconButton>
        <IconButton label={t("pitchUp")} onClick={() => clamp(value + 1)}>
          <Plus aria-hidden className="size-5" />
        </IconButton>
      </div>
      <fieldset className="flex flex-wrap gap-2">
        <legend className="sr-only">{t("pitchPresets")}</legend>
        {PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            aria-pressed={value === preset}
            onClick={() => onChange(preset)}
            className={`min-h-9 rounded-full px-3.5 text-sm font-medium ring-1 ring-inset ${value === preset ? "bg-violet/20 text-violet-soft ring-violet" : "text-muted ring-edge hover:text-text"}`}
          >
            {t(preset < 0 ? "octaveDown" : preset > 0 ? "octaveUp" : "sameKey")}
          </button>
        ))}
      </fieldset>
      <p className="text-sm text-faint">{t("pitchHint")}</p>
    </div>
  );
}
