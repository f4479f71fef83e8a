import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { History } from "lucide-react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { MenuItem } from "../../ui/Menu";
import { useAction } from "../../ui/useAction";
import { RenameDeleteMenu } from "../RenameDeleteMenu";

export function VoiceMenu({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const rename = useAction({
    mutationFn: (name: string) => api.renameVoice(voice.id, name),
    onSuccess: async (renamed) => {
      client.setQueryData(["voice", voice.id], renamed);
      await client.invalidateQueries({ queryKey: ["voices"] });
    },
  });
  const remove = useAction({
    mutationFn: () => api.deleteVoice(voice.id),
    onSuccess: async () => {
      await navigate({ to: "/voices" });
      await client.invalidateQueries({ queryKey: ["voices"] });
    },
  });
  const training = voice.job_id;
  return (
    <RenameDeleteMenu
      name={voice.name}
      rename={rename}
      remove={remove}
      deleteTitle={t("deleteVoiceTitle")}
      deleteText={t("deleteVoiceText", { name: voice.name })}
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
