import { memo } from "react";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { MiniWave } from "../../player/MiniWave";
import { PlayButton } from "../../player/PlayButton";
import type { Track } from "../../player/PlayerProvider";
import { Tick } from "../../ui/Tick";
import { fileTrack } from "../resultTrack";
import { FileBadges, factsOf } from "./FileFacts";
import { type Ask, FileMenu } from "./FileMenu";
import { BusyFile, FailedFile, TrashedFile } from "./OtherStates";

export interface FileProps {
  file: AudioFile;
  index: number;
  chosen: boolean;
  onChoose: (index: number, on: boolean) => void;
  ask: Ask;
  /** The tracks of the shelf, in its order. */
  tracks: () => readonly Track[];
}

/** A file in the list. */
export const FileRow = memo(function FileRow(props: FileProps) {
  const { file, ask } = props;
  switch (file.state) {
    case "ready":
      return <ReadyRow {...props} />;
    case "failed":
      return <FailedFile file={file} />;
    case "trashed":
      return <TrashedFile file={file} ask={ask} />;
    default:
      return <BusyFile file={file} />;
  }
});

function ReadyRow({ file, index, chosen, onChoose, ask, tracks }: FileProps) {
  const { t, language } = useI18n();
  return (
    <div
      className={`flex min-h-19 items-center gap-3 px-3 py-2.5 transition-colors sm:gap-4 sm:px-5 ${chosen ? "bg-violet/10" : "hover:bg-white/3"}`}
    >
      <Tick
        checked={chosen}
        onChange={(on) => onChoose(index, on)}
        label={t("chooseNamed", { name: file.name })}
      />
      <PlayButton track={fileTrack(file)} among={tracks} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 sm:flex-nowrap sm:overflow-hidden">
          <span className="truncate font-semibold max-sm:basis-full sm:min-w-24">{file.name}</span>
          <FileBadges file={file} />
        </p>
        <p className="truncate text-sm text-faint tabular-nums">{factsOf(file, t)}</p>
      </div>
      <div className="hidden w-44 shrink-0 lg:block">
        <MiniWave fileId={file.id} trackKey={file.id} />
      </div>
      <p className="hidden w-36 shrink-0 text-right text-sm text-faint md:block">
        {formatDate(file.created_at, language)}
      </p>
      <FileMenu file={file} ask={ask} />
    </div>
  );
}
