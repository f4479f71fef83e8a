import { useI18n } from "../../i18n";
import { Choice } from "../../ui/Choice";

/** ``vocal``: what is given is sung; ``song``: the singing is taken out of it and mixed in again. */
export type Mode = "vocal" | "song";

export function ModeChoice({ value, onChange }: { value: Mode; onChange: (mode: Mode) => void }) {
  const { t } = useI18n();
  return (
    <Choice
      legend={t("whatIsIt")}
      value={value}
      onChange={(mode) => onChange(mode === "song" ? "song" : "vocal")}
      options={[
        { value: "vocal", label: t("modeVocal"), detail: t("modeVocalText") },
        { value: "song", label: t("modeSong"), detail: t("modeSongText") },
      ]}
    />
  );
}
