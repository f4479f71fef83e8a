import { useI18n } from "../i18n";
import type { Knob, KnobValue, KnobValues } from "./knobs";
import { plainLabel, useKnobText } from "./knobText";
import { useOptionText } from "./optionText";
import { changesOf } from "./settings";

/** What a knob stands at, in words. */
export function useValueText(): (knob: Knob, value: KnobValue | undefined) => string {
  const { t } = useI18n();
  const optionText = useOptionText();
  const knobText = useKnobText();
  return (knob, value) => {
    if (value === undefined) return "–";
    if (typeof value === "boolean") return t(value ? "on" : "off");
    if (Array.isArray(value)) return value.map((one) => optionText(one, knob.name)).join(" · ");
    if (knob.options) return optionText(value, knob.name);
    return knobText(knob, Number(value));
  };
}

/** What was set otherwise than by itself, in words: the name of each knob and its value. */
export function useChangeTexts(): (knobs: Knob[], params: Record<string, unknown>) => string[] {
  const { pick } = useI18n();
  const valueText = useValueText();
  return (knobs, params) => {
    const changes: KnobValues = changesOf(knobs, params);
    return knobs
      .filter(({ name }) => name in changes)
      .map((knob) => `${plainLabel(pick(knob.label))} ${valueText(knob, changes[knob.name])}`);
  };
}
