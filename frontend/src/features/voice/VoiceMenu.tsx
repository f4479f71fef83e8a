import { useNavigate } from "@tanstack/react-router";
import { History, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { Menu, MenuItem } from "../../ui/Menu";
import { RenameDialog } from "../../ui/RenameDialog";
import { DeleteVoice } from "./DeleteVoice";
import { useVoiceChange } from "./useVoiceChange";

/** What is seldom done with a voice: its training's record, another name, its end. */
export function VoiceMenu({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const close = () => setDialog(null);
  const rename = useVoiceChange((name: string) => api.changeVoice(voice.id, { name }), close);
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
      <DeleteVoice voice={voice} open={dialog === "delete"} onClose={close} />
    </>
  );
}
