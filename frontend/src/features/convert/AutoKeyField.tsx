import { AutoKeySchema } from "../../api/generated/schemas.gen";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { noteName } from "../../i18n/format";
import { Segments } from "../../ui/Segments";
import { useOptionText } from "../optionText";
import { voiceRange } from "../voice/voiceText";

interface Props {
  voice: Voice | undefined;
  value: string;
  onChange: (value: string) => void;
}

/** Whether the key follows from the song and the voice, and what is known of the voice for that. */
export function AutoKeyField({ voice, value, onChange }: Props) {
  const { t } = useI18n();
  const optionText = useOptionText();
  const range = voice && voiceRange(voice);
  const median = voice?.f0_median_hz;
  return (
    <div className="grid gap-2">
      <Segments
        legend={t("autoKey")}
        value={value}
        onChange={onChange}
        options={AutoKeySchema.enum.map((option) => ({
          value: option,
          label: optionText(option),
        }))}
      />
      <p className="min-h-10 text-sm text-faint">
        {value === "off"
          ? t("pitchHint")
          : range && median
            ? t("autoKeyTo", { range, note: noteName(median) })
            : t("autoKeyHint")}
      </p>
    </div>
  );
}
