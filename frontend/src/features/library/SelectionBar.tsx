import { useNavigate } from "@tanstack/react-router";
import { Layers, Tag, Trash2, WandSparkles, X } from "lucide-react";
import { useState } from "react";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { usePlayer } from "../../player/PlayerProvider";
import { Button, IconButton } from "../../ui/Button";
import { Menu, MenuItem } from "../../ui/Menu";
import { DatasetDialog } from "./DatasetDialog";
import type { Ask } from "./FileMenu";
import { MakeItems } from "./MakeItems";

/** In one conversion. */
const MOST_SONGS = 50;

interface Props {
  files: AudioFile[];
  onClear: () => void;
  ask: Ask;
}

/** What can be done with the ticked files. */
export function SelectionBar({ files, onClear, ask }: Props) {
  const { t, language } = useI18n();
  const { track } = usePlayer();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const seconds = files.reduce((sum, file) => sum + (file.duration_s ?? 0), 0);
  const ids = files.map((file) => file.id).join(",");
  return (
    <>
      <section
        aria-label={t("selection")}
        className={`sticky z-20 flex animate-rise flex-wrap items-center justify-end gap-x-2 gap-y-1 rounded-2xl border border-violet/50 bg-raised/95 py-2.5 pr-2.5 pl-4 shadow-2xl backdrop-blur ${track ? "bottom-38 lg:bottom-22" : "bottom-22 lg:bottom-5"}`}
      >
        <div className="flex grow basis-full items-center gap-1 sm:basis-0">
          <p role="status" className="text-sm font-semibold">
            {t("selectedCount", { count: files.length, span: formatSpan(seconds, language) })}
          </p>
          <IconButton label={t("clearSelection")} onClick={onClear} className="max-sm:ml-auto">
            <X aria-hidden className="size-5" />
          </IconButton>
        </div>
        <IconButton label={t("editTags")} onClick={() => ask("tags", files)}>
          <Tag aria-hidden className="size-5" />
        </IconButton>
        <IconButton label={t("trashChosen")} onClick={() => ask("trash", files)}>
          <Trash2 aria-hidden className="size-5" />
        </IconButton>
        <Menu label={t("moreActions")}>
          {files.length <= MOST_SONGS && (
            <MenuItem
              icon={<WandSparkles aria-hidden className="size-4" />}
              onClick={() => void navigate({ to: "/convert", search: { file: ids } })}
            >
              {t("convertChosen")}
            </MenuItem>
          )}
          <MakeItems ask={(make) => ask(make, files)} />
        </Menu>
        <Button
          look="primary"
          icon={<Layers aria-hidden className="size-4.5" />}
          onClick={() => setOpen(true)}
        >
          {t("makeDataset")}
        </Button>
      </section>
      <DatasetDialog open={open} onClose={() => setOpen(false)} files={files} onMade={onClear} />
    </>
  );
}
