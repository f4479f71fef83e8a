import { useVoices } from "../../api/queries";
import { useI18n } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { MoreButton } from "../../ui/states";
import { VoicePicture } from "../voice/VoicePicture";
import { voiceRange } from "../voice/voiceText";

interface Props {
  value: string;
  onChange: (id: string) => void;
}

export function VoiceChoice({ value, onChange }: Props) {
  const { t } = useI18n();
  const voices = useVoices();
  const ready = voices.data?.filter((voice) => voice.state === "ready") ?? [];
  return (
    <div className="grid gap-3">
      <Choice
        legend={t("voiceToSing")}
        columns=""
        value={value}
        onChange={onChange}
        options={ready.map((voice) => {
          const range = voiceRange(voice);
          return {
            value: voice.id,
            label: voice.name,
            detail: range ? t("rangeIs", { range }) : undefined,
            picture: <VoicePicture voice={voice} className="size-11" />,
          };
        })}
      />
      <MoreButton query={voices} />
    </div>
  );
}
