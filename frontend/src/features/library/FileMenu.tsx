import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Disc3, Download, WandSparkles } from "lucide-react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyFile } from "../../live/fresh";
import { MenuItem } from "../../ui/Menu";
import { RenameDeleteMenu } from "../RenameDeleteMenu";
import { useDownload } from "../useDownload";
import { MakeDialog } from "./MakeDialog";
import { MakeItems } from "./MakeItems";
import { useFileAction } from "./useFileAction";
import { useMakeDialog } from "./useMakeDialog";

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
  const making = useMakeDialog();
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
        <MakeItems ask={making.ask} />
        <MenuItem
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => download.mutate(file.id)}
        >
          {t("download")}
        </MenuItem>
      </RenameDeleteMenu>
      <MakeDialog make={making.make} files={[file]} open={making.open} onClose={making.close} />
    </>
  );
}
