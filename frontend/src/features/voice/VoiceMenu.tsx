import { useNavigate } from "@tanstack/react-router";
import { History } from "lucide-react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { MenuItem } from "../../ui/Menu";
import { RenameDeleteMenu } from "../RenameDeleteMenu";
import { DeleteVoice } from "./DeleteVoice";
import { useVoiceChange } from "./useVoiceChange";

/** What is seldom done with a voice: its training's record, another name, its end. */
export function VoiceMenu({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const rename = useVoiceChange((name: string) => api.changeVoice(voice.id, { name }));
  const training = voice.job_id;
  return (
    <RenameDeleteMenu
      name={voice.name}
      rename={rename}
      deletion={(open, onClose) => <DeleteVoice voice={voice} open={open} onClose={onClose} />}
    >
      {training && (
        <MenuItem
          icon={<History aria-hidden className="size-4" />}
          onClick={() => void navigate({ to: "/jobs/$jobId", params: { jobId: training } })}
        >
          {t("trainingRecord")}
        </MenuItem>
      )}
    </RenameDeleteMenu>
  );
}
