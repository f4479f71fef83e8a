import { useVoices } from "../../api/queries";
import { useI18n } from "../../i18n";
import { Fold } from "../../ui/Fold";
import { Tick } from "../../ui/Tick";
import { withChoice } from "../withChoice";
import type { NamedSettings } from "./PresetPart";

interface Props {
  /** The id of the first voice. */
  voice: string;
  others: ReadonlySet<string>;
  onOthers: (others: ReadonlySet<string>) => void;
  presets: NamedSettings[];
  chosen: ReadonlySet<string>;
  onChosen: (chosen: ReadonlySet<string>) => void;
}

/** Further voices and further settings that the same songs are made with, each by itself. */
export function GridPart({ voice, others, onOthers, presets, chosen, onChosen }: Props) {
  const { t } = useI18n();
  const ready = useVoices().data?.filter((one) => one.state === "ready" && one.id !== voice) ?? [];
  const count = others.size + chosen.size;
  return (
    <Fold
      title={t("makeSeveral")}
      note={count > 0 ? t("moreColumns", { count }) : undefined}
      className="pt-2"
    >
      <div className="grid gap-5">
        <p className="text-sm text-faint">{t("makeSeveralText")}</p>
        {ready.length > 0 && (
          <Ticks
            legend={t("otherVoices")}
            options={ready}
            chosen={others}
            onChange={onOthers}
            label={(name) => t("alsoVoice", { name })}
          />
        )}
        <Ticks
          legend={t("otherSettings")}
          options={presets}
          chosen={chosen}
          onChange={onChosen}
          label={(name) => t("alsoPreset", { name })}
        />
      </div>
    </Fold>
  );
}

interface TicksProps {
  legend: string;
  options: { id: string; name: string }[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
  label: (name: string) => string;
}

function Ticks({ legend, options, chosen, onChange, label }: TicksProps) {
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-medium text-muted">{legend}</legend>
      <ul className="flex flex-wrap gap-x-5 gap-y-3">
        {options.map(({ id, name }) => (
          <li key={id} className="flex max-w-full items-center gap-2.5">
            <Tick
              label={label(name)}
              checked={chosen.has(id)}
              onChange={(on) => onChange(withChoice(chosen, id, on))}
            />
            <span aria-hidden className="truncate text-sm">
              {name}
            </span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
