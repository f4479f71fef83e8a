import { useNavigate } from "@tanstack/react-router";
import {
  Disc3,
  Download,
  Ellipsis,
  Pencil,
  RotateCcw,
  Scissors,
  Tag,
  Trash2,
  WandSparkles,
} from "lucide-react";
import { useState } from "react";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { Menu, MenuItem } from "../../ui/Menu";
import { useDownload } from "../useDownload";
import { MakeItems } from "./MakeItems";
import type { Make } from "./useMake";

/** What can be asked for about files; those with a question open a dialog. */
export type Wish = Make | "rename" | "trim" | "tags" | "trash" | "restore" | "erase";
export type Ask = (wish: Wish, files: AudioFile[]) => void;

const ICON = "size-4";

export function FileMenu({ file, ask }: { file: AudioFile; ask: Ask }) {
  const { t } = useI18n();
  const [asked, setAsked] = useState(false);
  const label = t("moreNamed", { name: file.name });
  // Rows come and go by the hundred while somebody scrolls: a menu is made once it is wanted.
  if (!asked) {
    return (
      <IconButton label={label} aria-haspopup="menu" onClick={() => setAsked(true)}>
        <Ellipsis aria-hidden className="size-5" />
      </IconButton>
    );
  }
  return (
    <Menu label={label} defaultOpen>
      {file.state === "trashed" ? (
        <TrashItems file={file} ask={ask} />
      ) : (
        <ReadyItems file={file} ask={ask} />
      )}
    </Menu>
  );
}

function ReadyItems({ file, ask }: { file: AudioFile; ask: Ask }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const download = useDownload();
  return (
    <>
      <MenuItem
        icon={<WandSparkles aria-hidden className={ICON} />}
        onClick={() => void navigate({ to: "/convert", search: { file: file.id } })}
      >
        {t("convertThis")}
      </MenuItem>
      <MenuItem
        icon={<Disc3 aria-hidden className={ICON} />}
        onClick={() => void navigate({ to: "/convert", search: { file: file.id, mode: "song" } })}
      >
        {t("coverThis")}
      </MenuItem>
      <MakeItems ask={(make) => ask(make, [file])} />
      <MenuItem
        icon={<Scissors aria-hidden className={ICON} />}
        onClick={() => ask("trim", [file])}
      >
        {t("trimThis")}
      </MenuItem>
      <MenuItem icon={<Tag aria-hidden className={ICON} />} onClick={() => ask("tags", [file])}>
        {t("editTags")}
      </MenuItem>
      <MenuItem
        icon={<Download aria-hidden className={ICON} />}
        onClick={() => download.mutate(file.id)}
      >
        {t("download")}
      </MenuItem>
      <MenuItem
        icon={<Pencil aria-hidden className={ICON} />}
        onClick={() => ask("rename", [file])}
      >
        {t("rename")}
      </MenuItem>
      <MenuItem
        danger
        icon={<Trash2 aria-hidden className={ICON} />}
        onClick={() => ask("trash", [file])}
      >
        {t("remove")}
      </MenuItem>
    </>
  );
}

function TrashItems({ file, ask }: { file: AudioFile; ask: Ask }) {
  const { t } = useI18n();
  return (
    <>
      <MenuItem
        icon={<RotateCcw aria-hidden className={ICON} />}
        onClick={() => ask("restore", [file])}
      >
        {t("restoreFile")}
      </MenuItem>
      <MenuItem
        danger
        icon={<Trash2 aria-hidden className={ICON} />}
        onClick={() => ask("erase", [file])}
      >
        {t("eraseFile")}
      </MenuItem>
    </>
  );
}
