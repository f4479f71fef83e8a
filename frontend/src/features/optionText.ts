import { type Key, useI18n } from "../i18n";
import { formatHertz } from "../i18n/format";
import type { KnobValue } from "./knobs";

const NAMED: Record<string, Key> = {
  draft: "presetDraft",
  full: "presetFull",
  contentvec: "encoderContentvec",
  "whisper-base": "encoderWhisper",
  fcpe: "f0Fcpe",
  "swift-f0": "f0Swift",
  rmvpe: "f0Rmvpe",
};

/** How the options of a knob are called on the pages. */
export function useOptionText(): (option: KnobValue) => string {
  const { t } = useI18n();
  return (option) => {
    if (typeof option === "number") return formatHertz(option);
    const key = NAMED[option];
    return key ? t(key) : option.toUpperCase();
  };
}
