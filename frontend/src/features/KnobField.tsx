import { useI18n } from "../i18n";
import { SelectField, TextField } from "../ui/Field";
import { Slider } from "../ui/Slider";
import { Switch } from "../ui/Switch";
import { Tick } from "../ui/Tick";
import { isWithin, type Knob, type KnobValue } from "./knobs";
import { plainLabel, stepOf, useKnobText } from "./knobText";
import { useOptionText } from "./optionText";

interface Props {
  knob: Knob;
  value: KnobValue;
  onChange: (value: KnobValue) => void;
}

/** The control of one knob: a switch, a list, ticks, a slider where both ends are near, or a number. */
export function KnobField({ knob, value, onChange }: Props) {
  const { pick } = useI18n();
  const knobText = useKnobText();
  const label = pick(knob.label);
  if (typeof value === "boolean")
    return <Switch label={label} checked={value} onChange={onChange} />;
  if (Array.isArray(value)) return <ListField knob={knob} value={value} onChange={onChange} />;
  if (knob.options) return <OptionField knob={knob} value={value} onChange={onChange} />;
  const step = stepOf(knob);
  if (step === undefined) return <NumberField knob={knob} value={value} onChange={onChange} />;
  return (
    <Slider
      label={plainLabel(label)}
      value={Number(value)}
      onChange={onChange}
      min={knob.minimum ?? 0}
      max={knob.maximum ?? 1}
      step={step}
      shown={knobText(knob, Number(value))}
    />
  );
}

function OptionField({ knob, value, onChange }: Props) {
  const { pick } = useI18n();
  const optionText = useOptionText();
  const numeric = typeof knob.initial === "number";
  return (
    <SelectField
      label={plainLabel(pick(knob.label))}
      value={String(value)}
      onChange={(event) => onChange(numeric ? Number(event.target.value) : event.target.value)}
    >
      {knob.options?.map((option) => (
        <option key={option} value={option}>
          {optionText(option, knob.name)}
        </option>
      ))}
    </SelectField>
  );
}

function ListField({ knob, value, onChange }: Props & { value: readonly string[] }) {
  const { t, pick } = useI18n();
  const optionText = useOptionText();
  // A list of estimators can't hold the one that is made of them.
  const options = (knob.options ?? []).map(String).filter((option) => option !== "hybrid");
  return (
    <fieldset className="grid content-start gap-2 sm:col-span-2">
      <legend className="mb-2 text-sm font-medium text-muted">{pick(knob.label)}</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-3">
        {options.map((option) => (
          <Tick
            key={option}
            checked={value.includes(option)}
            onChange={(on) =>
              onChange(options.filter((one) => (one === option ? on : value.includes(one))))
            }
          >
            {optionText(option, knob.name)}
          </Tick>
        ))}
      </div>
      {!isWithin(knob, value) && (
        <p role="alert" className="text-sm text-bad">
          {t("chooseCount", { min: knob.minimum ?? 1, max: knob.maximum ?? options.length })}
        </p>
      )}
    </fieldset>
  );
}

function NumberField({ knob, value, onChange }: Props) {
  const { t, pick } = useI18n();
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = knob;
  const number = Number(value);
  return (
    <TextField
      label={pick(knob.label)}
      type="number"
      inputMode={knob.whole ? "numeric" : "decimal"}
      min={minimum}
      max={maximum}
      step={knob.whole ? 1 : "any"}
      value={Number.isNaN(number) ? "" : number}
      onChange={(event) => onChange(event.target.valueAsNumber)}
      error={isWithin(knob, value) ? undefined : t("outOfLimits", { min: minimum, max: maximum })}
    />
  );
}
