import { X } from "lucide-react";
import { useVoices } from "../../api/queries";
import type { BlendPart, Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { SelectField } from "../../ui/Field";
import { Fold } from "../../ui/Fold";
import { Slider } from "../../ui/Slider";
import { LEAST_SHARE, MOST_VOICES, restOf, withoutVoice, withShare, withVoice } from "./blend";

interface Props {
  /** The id of the first voice. */
  voice: string;
  blend: readonly BlendPart[];
  onChange: (blend: BlendPart[]) => void;
}

/** Up to three further voices that the first one is mixed with. */
export function BlendFields({ voice, blend, onChange }: Props) {
  const { t } = useI18n();
  const ready = useVoices().data?.filter((one) => one.state === "ready") ?? [];
  const first = ready.find((one) => one.id === voice);
  const nameOf = (id: string) => ready.find((one) => one.id === id)?.name ?? "";
  const others = first ? ready.filter((one) => alike(one, first)) : [];
  const left = others.filter((one) => !blend.some((part) => part.voice === one.id));
  if (!first || (others.length === 0 && blend.length === 0)) return null;
  const rest = restOf(blend);
  return (
    <Fold
      title={t("blendVoices")}
      note={blend.length > 0 ? t("blendCount", { count: blend.length + 1 }) : undefined}
      className="mt-4 border-t border-line pt-2"
    >
      <div className="grid gap-4">
        <p className="text-sm text-faint">{t("blendHint")}</p>
        {blend.length > 0 && (
          <p className="flex justify-between gap-3 text-sm">
            <span className="truncate font-medium text-muted">{first.name}</span>
            <span className="font-semibold tabular-nums">{Math.round(rest * 100)}%</span>
          </p>
        )}
        {blend.map((part) => (
          <div key={part.voice} className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <Slider
                label={nameOf(part.voice)}
                value={part.weight}
                min={0}
                max={1 - LEAST_SHARE}
                step={0.01}
                shown={`${Math.round(part.weight * 100)}%`}
                onChange={(share) => onChange(withShare(blend, part.voice, share))}
              />
            </div>
            <IconButton
              label={t("leaveOutNamed", { name: nameOf(part.voice) })}
              onClick={() => onChange(withoutVoice(blend, part.voice))}
            >
              <X aria-hidden className="size-4.5" />
            </IconButton>
          </div>
        ))}
        {blend.length < MOST_VOICES - 1 && left.length > 0 && (
          <SelectField
            label={t("addVoice")}
            value=""
            onChange={(event) => onChange(withVoice(blend, event.target.value))}
          >
            <option value="">{t("chooseOne")}</option>
            {left.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
        )}
      </div>
    </Fold>
  );
}

/** Only networks of one shape can be blended. */
function alike(one: Voice, first: Voice): boolean {
  return (
    one.id !== first.id &&
    one.preset === first.preset &&
    one.sample_rate === first.sample_rate &&
    one.encoder === first.encoder
  );
}
