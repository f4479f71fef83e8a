import { useI18n } from "../../i18n";
import { Advanced } from "../../ui/Advanced";
import { Choice } from "../../ui/Choice";
import { KnobFields } from "../KnobFields";
import { TRAIN_KNOBS } from "../knobs";
import { PresetFields } from "../voice/PresetFields";
import { StarterNotice } from "../voice/StarterNotice";
import { willUseStarter } from "../voice/starter";
import { trainParams, type Wizard } from "./draft";
import { LEVELS, levelOf } from "./levels";

const ADVANCED = TRAIN_KNOBS.filter((knob) => knob.advanced);

/** Two questions for most people, and every knob for those who know them. */
export function SettingsStep({ draft, setParams }: Wizard) {
  const { t } = useI18n();
  const params = trainParams(draft);
  return (
    <div className="grid gap-6">
      <Choice
        legend={t("level")}
        columns="sm:grid-cols-3"
        value={levelOf(params)?.name ?? ""}
        onChange={(name) => {
          const level = LEVELS.find((one) => one.name === name);
          if (level) setParams(level.values);
        }}
        options={LEVELS.map(({ name, label, text }) => ({
          value: name,
          label: t(label),
          detail: t(text),
        }))}
      />
      <div>
        <PresetFields values={params} onChange={(name, value) => setParams({ [name]: value })} />
        {willUseStarter(params) && <StarterNotice text="starterWill" className="mt-5" />}
        <Advanced>
          <KnobFields
            knobs={ADVANCED}
            values={params}
            onChange={(name, value) => setParams({ [name]: value })}
          />
        </Advanced>
      </div>
    </div>
  );
}
