import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { History, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { Confirm } from "../../ui/Dialog";
import { Menu, MenuItem } from "../../ui/Menu";
import { RenameDialog } from "../../ui/RenameDialog";
import { useAction } from "../../ui/useAction";

export function VoiceMenu({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const close = () => setDialog(null);
  const rename = useAction({
    mutationFn: (name: string) => api.renameVoice(voice.id, name),
    onSuccess: async (renamed) => {
      close();
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
    <>
      <Menu label={t("moreNamed", { name: voice.name })}>
        {training && (
          <MenuItem
            icon={<History aria-hidden className="size-4" />}
            onClick={() => void navigate({ to: "/jobs/$jobId", params: { jobId: training } })}
          >
            {t("trainingRecord")}
          </MenuItem>
        )}
        <MenuItem
          icon={<Pencil aria-hidden className="size-4" />}
          onClick={() => setDialog("rename")}
        >
          {t("rename")}
        </MenuItem>
        <MenuItem
          danger
          icon={<Trash2 aria-hidden className="size-4" />}
          onClick={() => setDialog("delete")}
        >
          {t("remove")}
        </MenuItem>
      </Menu>
      <RenameDialog
        open={dialog === "rename"}
        onClose={close}
        name={voice.name}
        busy={rename.isPending}
        error={rename.error}
        onRename={(name) => rename.mutate(name)}
      />
      <Confirm
        open={dialog === "delete"}
        onClose={close}
        onConfirm={() => remove.mutate()}
        busy={remove.isPending}
        title={t("deleteVoiceTitle")}
        description={t("deleteVoiceText", { name: voice.name })}
        action={t("remove")}
      />
    </>
  );
}
