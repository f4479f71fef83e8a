import { useI18n } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { KnobFields } from "../KnobFields";
import { type KnobValue, type KnobValues, TRAIN_KNOBS } from "../knobs";
import { useOptionText } from "../optionText";

const STEPS = TRAIN_KNOBS.filter((knob) => knob.name === "total_steps");
const PRESET = TRAIN_KNOBS.find((knob) => knob.name === "preset");
/** The one that is chosen at first stands first. */
const PRESETS = [...(PRESET?.options ?? [])].sort(
  (a, b) => Number(b === PRESET?.initial) - Number(a === PRESET?.initial),
);

interface Props {
  values: KnobValues;
  onChange: (name: string, value: KnobValue) => void;
}

export function PresetFields({ values, onChange }: Props) {
  const { t } = useI18n();
  const optionText = useOptionText();
  return (
    <div className="grid gap-5">
      <Choice
        legend={t("modelSize")}
        value={String(values.preset)}
        onChange={(preset) => onChange("preset", preset)}
        options={PRESETS.map((preset) => ({
          value: String(preset),
          label: optionText(preset),
          detail: t(preset === "full" ? "presetFullText" : "presetDraftText"),
        }))}
      />
      <KnobFields knobs={STEPS} values={values} onChange={onChange} />
    </div>
  );
}
