import { Download } from "lucide-react";
import type { AudioFile, Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatClock } from "../../i18n/format";
import { MiniWave } from "../../player/MiniWave";
import { PlayButton } from "../../player/PlayButton";
import { Badge } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { STEM_LABELS, STEM_TEXTS } from "../jobText";
import { resultTrack } from "../resultTrack";
import { useDownload } from "../useDownload";

/** All sounds that a job has made of one song, each to be played and saved. */
export function StemList({ job }: { job: Job }) {
  const { t } = useI18n();
  return (
    <ul aria-label={t("tracks")} className="card divide-y divide-line overflow-hidden">
      {job.results.map((file) => (
        <StemRow key={file.id} job={job} file={file} />
      ))}
    </ul>
  );
}

function StemRow({ job, file }: { job: Job; file: AudioFile }) {
  const { t } = useI18n();
  const download = useDownload();
  const ready = file.state === "ready";
  return (
    <li aria-label={file.name} className="flex items-center gap-3 px-3 py-3 sm:gap-4 sm:px-5">
      <PlayButton track={resultTrack(job, file)} disabled={!ready} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="truncate font-semibold">
            {file.stem ? t(STEM_LABELS[file.stem]) : file.name}
          </span>
          {file.ai_generated && <Badge tone="violet">{t("aiGenerated")}</Badge>}
        </p>
        <p className="text-sm text-faint sm:truncate">
          {file.stem ? t(STEM_TEXTS[file.stem]) : file.name}
        </p>
      </div>
      <div className="hidden w-52 lg:block">
        {ready && <MiniWave fileId={file.id} trackKey={file.id} />}
      </div>
      <span className="w-12 text-right text-sm text-faint tabular-nums">
        {file.duration_s ? formatClock(file.duration_s) : ""}
      </span>
      <IconButton
        label={t("downloadNamed", { name: file.name })}
        disabled={download.isPending || !ready}
        onClick={() => download.mutate(file.id)}
      >
        <Download aria-hidden className="size-5" />
      </IconButton>
    </li>
  );
}
