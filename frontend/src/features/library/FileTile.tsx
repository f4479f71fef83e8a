import { memo } from "react";
import { useI18n } from "../../i18n";
import { formatClock, formatSize } from "../../i18n/format";
import { MiniWave } from "../../player/MiniWave";
import { PlayButton } from "../../player/PlayButton";
import { Tick } from "../../ui/Tick";
import { fileTrack } from "../resultTrack";
import { FileBadges } from "./FileFacts";
import { FileMenu } from "./FileMenu";
import { type FileProps, FileRow } from "./FileRow";

/** A file in the grid; what can't be played looks as in the list. */
export const FileTile = memo(function FileTile(props: FileProps) {
  const { file, index, chosen, onChoose, ask, tracks } = props;
  const { t } = useI18n();
  if (file.state !== "ready") {
    return (
      <div className="card grid h-55 content-center overflow-hidden">
        <FileRow {...props} />
      </div>
    );
  }
  return (
    <div
      className={`card grid h-55 grid-rows-[auto_1fr_auto] gap-2 p-4 transition-colors ${chosen ? "border-violet/70 bg-violet/10" : "hover:border-edge"}`}
    >
      <div className="flex items-center justify-between">
        <Tick
          checked={chosen}
          onChange={(on) => onChoose(index, on)}
          label={t("chooseNamed", { name: file.name })}
        />
        <FileMenu file={file} ask={ask} />
      </div>
      <div className="flex items-center gap-3">
        <PlayButton track={fileTrack(file)} among={tracks} />
        <div className="min-w-0 flex-1">
          <MiniWave fileId={file.id} trackKey={file.id} />
        </div>
      </div>
      <div className="min-w-0">
        <p className="truncate font-semibold">{file.name}</p>
        <p className="truncate text-sm text-faint tabular-nums">
          {formatClock(file.duration_s ?? 0)} · {formatSize(file.size)}
        </p>
        <p className="mt-1 flex h-6 gap-1.5 overflow-hidden">
          <FileBadges file={file} />
        </p>
      </div>
    </div>
  );
});
