import { useI18n } from "../i18n";
import { formatNumber, formatSigned, noteName } from "../i18n/format";
import type { Knob } from "./knobs";

const STEPS: Record<string, number> = {
  dB: 0.5,
  dBFS: 0.5,
  dBTP: 0.1,
  LUFS: 0.5,
  semitones: 0.1,
  Hz: 5,
  ms: 10,
  s: 0.1,
};
const RATIO_STEP = 0.1;

/** How far one move of a slider goes; undefined where the number is better typed. */
export function stepOf({ whole, minimum, maximum, unit }: Knob): number | undefined {
  if (whole || minimum === undefined || maximum === undefined || maximum - minimum < 0.1) {
    return undefined;
  }
  if (unit) return STEPS[unit];
  return minimum >= 0 && maximum <= 1 ? 0.01 : RATIO_STEP;
}

/** The name of a knob without "(0: off)", for controls that say so in words themselves. */
export function plainLabel(label: string): string {
  return label.replace(/\s*\(-?\d+: [^)]*\)$/, "");
}

/** Values at which a knob does nothing. */
const OFF: Record<string, number> = { gate_db: -90, high_pass_hz: 0, compressor_ratio: 1 };

/** What a slider says beside its name. */
export function useKnobText(): (knob: Knob, value: number) => string {
  const { t } = useI18n();
  return ({ name, unit, minimum, maximum }, value) => {
    if (OFF[name] === value) return t("off");
    if (name === "loudness_lufs" && value === 0) return t("asItIs");
    if (unit === "semitones") return t("semitones", { value: formatSigned(value) });
    if (unit === "dB") return `${formatSigned(value)} dB`;
    if (name.startsWith("f0_")) return `${Math.round(value)} Hz · ${noteName(value)}`;
    if (unit) return `${formatNumber(value)} ${unit}`;
    if ((minimum ?? 0) >= 0 && (maximum ?? 1) <= 1) return `${Math.round(value * 100)}%`;
    return `${formatNumber(value)} : 1`;
  };
}
