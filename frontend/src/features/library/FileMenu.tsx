import { useNavigate } from "@tanstack/react-router";
import { Download, Pencil, Trash2, WandSparkles } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { Confirm } from "../../ui/Dialog";
import { Menu, MenuItem } from "../../ui/Menu";
import { RenameDialog } from "../../ui/RenameDialog";
import { useDownload } from "../useDownload";
import { useFileAction } from "./useFileAction";

export function FileMenu({ file }: { file: AudioFile }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const close = () => setDialog(null);
  const download = useDownload();
  const rename = useFileAction((name: string) => api.renameFile(file.id, name), close);
  const remove = useFileAction(api.deleteFile, close);
  return (
    <>
      <Menu label={t("moreNamed", { name: file.name })}>
        <MenuItem
          icon={<WandSparkles aria-hidden className="size-4" />}
          onClick={() => void navigate({ to: "/convert", search: { file: file.id } })}
        >
          {t("convertThis")}
        </MenuItem>
        <MenuItem
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => download.mutate(file.id)}
        >
          {t("download")}
        </MenuItem>
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
        name={file.name}
        busy={rename.isPending}
        error={rename.error}
        onRename={(name) => rename.mutate(name)}
      />
      <Confirm
        open={dialog === "delete"}
        onClose={close}
        onConfirm={() => remove.mutate(file.id)}
        busy={remove.isPending}
        title={t("deleteFileTitle")}
        description={t("deleteFileText", { name: file.name })}
        action={t("remove")}
      />
    </>
  );
}
