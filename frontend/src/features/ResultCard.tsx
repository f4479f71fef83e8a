import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import type { AudioFile, Job } from "../api/types";
import { useI18n } from "../i18n";
import { formatClock, formatDate, formatSigned } from "../i18n/format";
import { MiniWave } from "../player/MiniWave";
import { PlayButton } from "../player/PlayButton";
import { Badge } from "../ui/Badge";
import { IconButton } from "../ui/Button";
import { JobIcon } from "./JobIcon";
import { mainResults, STEM_LABELS, singersOf } from "./jobText";
import { resultTrack } from "./resultTrack";
import { useDownload } from "./useDownload";
import { VoicePicture } from "./voice/VoicePicture";

export function ResultCard({ job, file }: { job: Job; file: AudioFile }) {
  const { t, language } = useI18n();
  const download = useDownload();
  const more = job.results.length - mainResults(job).length;
  const shift = Number(job.params.pitch_shift ?? 0);
  return (
    <article aria-label={file.name} className="card grid grid-cols-1 gap-4 p-5">
      <div className="flex items-center gap-3.5">
        {job.voice ? (
          <VoicePicture voice={job.voice} className="size-12" />
        ) : (
          <JobIcon kind={job.kind} />
        )}
        <div className="min-w-0 flex-1">
          <h3 className="truncate font-semibold">
            <Link to="/jobs/$jobId" params={{ jobId: job.id }} className="hover:underline">
              {file.name}
            </Link>
          </h3>
          <p className="truncate text-sm text-faint">
            {[singersOf(job), formatDate(job.finished_at ?? file.created_at, language)]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        <PlayButton track={resultTrack(job, file)} disabled={file.state !== "ready"} />
      </div>
      {file.state === "ready" ? (
        <MiniWave fileId={file.id} trackKey={file.id} />
      ) : (
        <div aria-hidden className="h-9" />
      )}
      <div className="flex items-center gap-2">
        {file.ai_generated && <Badge tone="violet">{t("aiGenerated")}</Badge>}
        {file.stem && <Badge>{t(STEM_LABELS[file.stem])}</Badge>}
        <span className="flex-1 text-sm whitespace-nowrap text-faint tabular-nums">
          {file.duration_s ? formatClock(file.duration_s) : ""}
          {shift ? ` · ${formatSigned(shift)}` : ""}
        </span>
        {more > 0 && (
          <Link
            to="/jobs/$jobId"
            params={{ jobId: job.id }}
            className="min-w-0 truncate text-sm font-medium text-violet-soft hover:underline"
          >
            {t("moreTracks", { count: more })}
          </Link>
        )}
        <IconButton
          label={t("downloadNamed", { name: file.name })}
          disabled={download.isPending}
          onClick={() => download.mutate(file.id)}
        >
          <Download aria-hidden className="size-5" />
        </IconButton>
      </div>
    </article>
  );
}
