import { useFiles } from "../../api/queries";
import { useI18n } from "../../i18n";
import { SelectField } from "../../ui/Field";

interface Props {
  song: string;
  value: string;
  onChange: (id: string) => void;
}

/** A file with the song's backing vocals, where somebody has one. */
export function BackingChoice({ song, value, onChange }: Props) {
  const { t } = useI18n();
  const files = useFiles({ state: "ready" });
  return (
    <SelectField
      label={t("backingFile")}
      hint={t("backingHint")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t("none")}</option>
      {files.data
        ?.filter((file) => file.id !== song)
        .map((file) => (
          <option key={file.id} value={file.id}>
            {file.name}
          </option>
        ))}
    </SelectField>
  );
}
