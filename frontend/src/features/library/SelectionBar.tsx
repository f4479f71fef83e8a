import { Layers, X } from "lucide-react";
import { useState } from "react";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { usePlayer } from "../../player/PlayerProvider";
import { Button, IconButton } from "../../ui/Button";
import { Menu } from "../../ui/Menu";
import { DatasetDialog } from "./DatasetDialog";
import { MakeDialog } from "./MakeDialog";
import { MakeItems } from "./MakeItems";
import { useMakeDialog } from "./useMakeDialog";

/** What can be done with the ticked files. */
export function SelectionBar({ files, onClear }: { files: AudioFile[]; onClear: () => void }) {
  const { t, language } = useI18n();
  const { track } = usePlayer();
  const [open, setOpen] = useState(false);
  const making = useMakeDialog();
  const seconds = files.reduce((sum, file) => sum + (file.duration_s ?? 0), 0);
  return (
    <>
      <section
        aria-label={t("selection")}
        className={`sticky z-20 flex animate-rise flex-wrap items-center justify-end gap-x-3 gap-y-1 rounded-2xl border border-violet/50 bg-raised/95 py-2.5 pr-2.5 pl-4 shadow-2xl backdrop-blur ${track ? "bottom-38 lg:bottom-22" : "bottom-22 lg:bottom-5"}`}
      >
        <p role="status" className="grow basis-full text-sm font-semibold sm:basis-0">
          {t("selectedCount", { count: files.length, span: formatSpan(seconds, language) })}
        </p>
        <Menu label={t("moreActions")}>
          <MakeItems ask={making.ask} />
        </Menu>
        <Button
          look="primary"
          icon={<Layers aria-hidden className="size-4.5" />}
          onClick={() => setOpen(true)}
        >
          {t("makeDataset")}
        </Button>
        <IconButton label={t("clearSelection")} onClick={onClear}>
          <X aria-hidden className="size-5" />
        </IconButton>
      </section>
      <MakeDialog
        make={making.make}
        files={files}
        open={making.open}
        onClose={making.close}
        onStarted={onClear}
      />
      <DatasetDialog open={open} onClose={() => setOpen(false)} files={files} onMade={onClear} />
    </>
  );
}
