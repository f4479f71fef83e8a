import { Minus, Plus } from "lucide-react";
import { useI18n } from "../../i18n";
import { formatSigned } from "../../i18n/format";
import { IconButton } from "../../ui/Button";
import { Slider } from "../../ui/Slider";
import { PITCH_LIMIT, partsOf, shiftOf } from "./pitch";

const PRESETS = [-12, 0, 12];

interface Props {
  value: number;
  onChange: (value: number) => void;
}

/** The key in semitones, with the octaves at hand. */
export function PitchField({ value, onChange }: Props) {
  const { t } = useI18n();
  const { semitones, cents } = partsOf(value);
  const set = (next: number) => onChange(shiftOf({ semitones: next, cents }));
  return (
    <div className="grid gap-3">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Slider
            label={t("pitchShift")}
            value={semitones}
            onChange={set}
            min={-PITCH_LIMIT}
            max={PITCH_LIMIT}
            step={1}
            shown={t("semitones", { value: formatSigned(value) })}
          />
        </div>
        <IconButton label={t("pitchDown")} onClick={() => set(semitones - 1)}>
          <Minus aria-hidden className="size-5" />
        </IconButton>
        <IconButton label={t("pitchUp")} onClick={() => set(semitones + 1)}>
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
    </div>
  );
}

/** Hundredths of a semitone, for songs that were not tuned to 440 Hz. */
export function FineTune({ value, onChange }: Props) {
  const { t } = useI18n();
  const { semitones, cents } = partsOf(value);
  return (
    <Slider
      label={t("fineTune")}
      value={cents}
      onChange={(next) => onChange(shiftOf({ semitones, cents: next }))}
      min={-50}
      max={50}
      step={1}
      shown={t("cents", { value: formatSigned(cents) })}
    />
  );
}
