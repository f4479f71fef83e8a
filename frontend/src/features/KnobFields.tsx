import { useI18n } from "../i18n";
import { SelectField, TextField } from "../ui/Field";
import { Slider } from "../ui/Slider";
import type { Knob, KnobValue, KnobValues } from "./knobs";
import { useOptionText } from "./optionText";

interface Props {
  knobs: Knob[];
  values: KnobValues;
  onChange: (name: string, value: KnobValue) => void;
}

/** A control for each knob: a list for choices, a slider for shares, a number otherwise. */
export function KnobFields({ knobs, values, onChange }: Props) {
  return (
    <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
      {knobs.map((knob) => (
        <KnobField
          key={knob.name}
          knob={knob}
          value={values[knob.name] ?? knob.initial}
          onChange={(value) => onChange(knob.name, value)}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  knob: Knob;
  value: KnobValue;
  onChange: (value: KnobValue) => void;
}

function KnobField({ knob, value, onChange }: FieldProps) {
  const { t, pick } = useI18n();
  const optionText = useOptionText();
  const label = pick(knob.label);
  if (knob.options) {
    const numeric = typeof knob.initial === "number";
    return (
      <SelectField
        label={label}
        value={value}
        onChange={(event) => onChange(numeric ? Number(event.target.value) : event.target.value)}
      >
        {knob.options.map((option) => (
          <option key={option} value={option}>
            {optionText(option)}
          </option>
        ))}
      </SelectField>
    );
  }
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = knob;
  if (!knob.whole && maximum <= 1 && minimum >= 0 && maximum >= 0.1) {
    return (
      <Slider
        label={label}
        value={Number(value)}
        onChange={onChange}
        min={minimum}
        max={maximum}
        step={0.01}
        shown={`${Math.round(Number(value) * 100)}%`}
      />
    );
  }
  const number = Number(value);
  const wrong = !(number >= minimum && number <= maximum);
  return (
    <TextField
      label={label}
      type="number"
      inputMode={knob.whole ? "numeric" : "decimal"}
      min={minimum}
      max={maximum}
      step={knob.whole ? 1 : "any"}
      value={Number.isNaN(number) ? "" : number}
      onChange={(event) => onChange(event.target.valueAsNumber)}
      error={wrong ? t("outOfLimits", { min: minimum, max: maximum }) : undefined}
    />
  );
}
