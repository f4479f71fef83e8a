import { useI18n } from "../../i18n";
import { Advanced } from "../../ui/Advanced";
import { KnobFields, KnobGroups } from "../KnobFields";
import { filesLast } from "../knobGroups";
import type { Knob, KnobValue, KnobValues } from "../knobs";
import { BackingChoice } from "./BackingChoice";
import type { Mode } from "./ModeChoice";
import { FineTune } from "./PitchField";

/** These have controls of their own on the page. */
const ELSEWHERE = new Set(["pitch_shift", "auto_key"]);
/** These do nothing without a file of backing vocals. */
const OF_BACKING = new Set(["backing_db", "convert_backing"]);

interface Props {
  mode: Mode;
  /** The one song that was chosen, if it is one. */
  song: string | undefined;
  backing: string;
  knobs: Knob[];
  params: KnobValues;
  onBacking: (file: string) => void;
  onChange: (name: string, value: KnobValue) => void;
}

/** Levels and file format, and everything else folded away. */
export function SoundPart({ mode, song, backing, knobs, params, onBacking, onChange }: Props) {
  const { t } = useI18n();
  const simple = filesLast(knobs.filter(({ advanced, name }) => !advanced && !ELSEWHERE.has(name)));
  const advanced = knobs.filter((knob) => knob.advanced && !OF_BACKING.has(knob.name));
  const ofBacking = knobs.filter(({ name }) => OF_BACKING.has(name));
  return (
    <>
      <KnobFields knobs={simple} values={params} onChange={onChange} />
      <Advanced>
        <div className="grid gap-5">
          <FineTune
            value={Number(params.pitch_shift)}
            onChange={(value) => onChange("pitch_shift", value)}
          />
          {mode === "song" && song !== undefined && (
            <BackingChoice song={song} value={backing} onChange={onBacking} />
          )}
          {mode === "song" && song === undefined && (
            <p className="text-sm text-faint">{t("backingOneSong")}</p>
          )}
          {backing !== "" && <KnobFields knobs={ofBacking} values={params} onChange={onChange} />}
          <KnobGroups knobs={advanced} values={params} onChange={onChange} />
        </div>
      </Advanced>
    </>
  );
}
