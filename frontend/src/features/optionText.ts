import { type Key, useI18n } from "../i18n";
import { formatHertz } from "../i18n/format";
import type { KnobValue } from "./knobs";

const NAMED: Record<string, Key> = {
  draft: "presetDraft",
  full: "presetFull",
  contentvec: "encoderContentvec",
  "whisper-base": "encoderWhisper",
  starter: "starterOption",
  fcpe: "f0Fcpe",
  "swift-f0": "f0Swift",
  rmvpe: "f0Rmvpe",
  "crepe-full": "f0CrepeFull",
  "crepe-tiny": "f0CrepeTiny",
  hybrid: "f0Hybrid",
  off: "off",
  octaves: "keyOctaves",
  semitones: "keySemitones",
  chromatic: "scaleChromatic",
  major: "scaleMajor",
  minor: "scaleMinor",
  "harmonic-minor": "scaleHarmonicMinor",
  "major-pentatonic": "scaleMajorPentatonic",
  "minor-pentatonic": "scaleMinorPentatonic",
  blues: "scaleBlues",
  "16": "depth16",
  "24": "depth24",
  "32f": "depth32f",
  "spleeter-2stems": "separatorSpleeter",
  htdemucs: "separatorDemucs",
  scratch: "baseScratch",
  published: "basePublished",
};

/** What "by itself" means depends on the knob. */
const AUTOMATIC: Record<string, Key> = {
  separator: "separatorAuto",
  base: "baseAuto",
  content_encoder: "encoderAuto",
};

/** How the options of a knob are called on the pages. */
export function useOptionText(): (option: KnobValue, knob?: string) => string {
  const { t } = useI18n();
  return (option, knob = "") => {
    if (option === "auto") return t(AUTOMATIC[knob] ?? "baseAuto");
    if (typeof option === "number") return option === 0 ? t("asItIs") : formatHertz(option);
    const key = NAMED[String(option)];
    return key ? t(key) : String(option).toUpperCase();
  };
}
