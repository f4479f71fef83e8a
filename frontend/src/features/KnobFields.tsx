import { useI18n } from "../i18n";
import { Fold } from "../ui/Fold";
import { KnobField } from "./KnobField";
import { changedCount, GROUP_LABELS, grouped, mattering } from "./knobGroups";
import type { Knob, KnobValue, KnobValues } from "./knobs";

interface Props {
  knobs: Knob[];
  values: KnobValues;
  onChange: (name: string, value: KnobValue) => void;
}

/** A control for each knob that matters at these values. */
export function KnobFields({ knobs, values, onChange }: Props) {
  return (
    <div className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
      {mattering(knobs, values).map((knob) => (
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

/** Many knobs by what they are about, each group folded; says where something was changed. */
export function KnobGroups({ knobs, values, onChange }: Props) {
  const { t } = useI18n();
  return (
    <div className="divide-y divide-line">
      {grouped(knobs).map(([group, members]) => {
        const count = changedCount(members, values);
        return (
          <Fold
            key={group}
            title={t(GROUP_LABELS[group])}
            note={count > 0 ? t("changedKnobs", { count }) : undefined}
          >
            <KnobFields knobs={members} values={values} onChange={onChange} />
          </Fold>
        );
      })}
    </div>
  );
}
