import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Disc3, Download, Layers2, Sparkles, WandSparkles } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyFile } from "../../live/fresh";
import { MenuItem } from "../../ui/Menu";
import { RenameDeleteMenu } from "../RenameDeleteMenu";
import { useDownload } from "../useDownload";
import { MakeDialog } from "./MakeDialog";
import { useFileAction } from "./useFileAction";
import type { Make } from "./useMake";

export function FileMenu({ file }: { file: AudioFile }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const client = useQueryClient();
  const download = useDownload();
  const rename = useFileAction((name: string) => api.renameFile(file.id, name));
  const remove = useFileAction(async () => {
    await api.deleteFile(file.id);
    applyFile(client, { ...file, state: "deleted" });
  });
  const [make, setMake] = useState<Make>("separate");
  const [open, setOpen] = useState(false);
  function ask(what: Make) {
    setMake(what);
    setOpen(true);
  }
  return (
    <>
      <RenameDeleteMenu
        name={file.name}
        rename={rename}
        remove={remove}
        deleteTitle={t("deleteFileTitle")}
        deleteText={t("deleteFileText", { name: file.name })}
      >
        <MenuItem
          icon={<WandSparkles aria-hidden className="size-4" />}
          onClick={() => void navigate({ to: "/convert", search: { file: file.id } })}
        >
          {t("convertThis")}
        </MenuItem>
        <MenuItem
          icon={<Disc3 aria-hidden className="size-4" />}
          onClick={() => void navigate({ to: "/convert", search: { file: file.id, mode: "song" } })}
        >
          {t("coverThis")}
        </MenuItem>
        <MenuItem icon={<Layers2 aria-hidden className="size-4" />} onClick={() => ask("separate")}>
          {t("separateThis")}
        </MenuItem>
        <MenuItem
          icon={<Sparkles aria-hidden className="size-4" />}
          onClick={() => ask("preprocess")}
        >
          {t("cleanThis")}
        </MenuItem>
        <MenuItem
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => download.mutate(file.id)}
        >
          {t("download")}
        </MenuItem>
      </RenameDeleteMenu>
      <MakeDialog make={make} files={[file]} open={open} onClose={() => setOpen(false)} />
    </>
  );
}
