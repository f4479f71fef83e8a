import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Copy, Download, FileArchive, ListFilter, Repeat2 } from "lucide-react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { isFinished } from "../../live/fresh";
import { PlayButton } from "../../player/PlayButton";
import { Menu, MenuItem } from "../../ui/Menu";
import { Tick } from "../../ui/Tick";
import { JobBadge } from "../JobBadge";
import { JobIcon } from "../JobIcon";
import { kindText, mainResults, STEM_LABELS, singersOf } from "../jobText";
import { resultTrack } from "../resultTrack";
import { knobsOfKind } from "../settings";
import { useChangeTexts } from "../settingText";
import { useDownload } from "../useDownload";
import { VoicePicture } from "../voice/VoicePicture";
import { LabelEditor } from "./LabelEditor";
import { useAgain } from "./useAgain";

interface Props {
  job: Job;
  chosen: boolean;
  onChoose: (on: boolean) => void;
  onZip: (jobs: Job[]) => void;
}

/** One conversion: what, who, when, how it was set, and everything that can be done with it. */
export function HistoryRow({ job, chosen, onChoose, onZip }: Props) {
  const { t, language } = useI18n();
  const changeTexts = useChangeTexts();
  const [main] = mainResults(job);
  const settings = changeTexts(knobsOfKind(job.kind), job.params);
  const facts = [t(kindText(job.kind).label), singersOf(job), formatDate(job.created_at, language)];
  return (
    <article
      aria-label={job.title}
      className={`card grid grid-cols-[auto_1fr_auto] items-start gap-x-3 gap-y-2.5 p-4 sm:gap-x-4 sm:px-5 ${chosen ? "border-violet" : ""}`}
    >
      <span className="flex items-center gap-3 self-center">
        <Tick label={t("chooseNamed", { name: job.title })} checked={chosen} onChange={onChoose} />
        <span className="max-sm:hidden">
          {job.voice ? (
            <VoicePicture voice={job.voice} className="size-11" />
          ) : (
            <JobIcon kind={job.kind} />
          )}
        </span>
      </span>
      <div className="grid min-w-0 gap-1">
        <h2 className="flex min-w-0 items-center gap-2 font-semibold">
          <Link to="/jobs/$jobId" params={{ jobId: job.id }} className="truncate hover:underline">
            {job.title}
          </Link>
          <span className="shrink-0">
            <JobBadge job={job} />
          </span>
        </h2>
        <p className="truncate text-sm text-muted">{facts.filter(Boolean).join(" · ")}</p>
        <p className="line-clamp-2 text-sm text-faint">
          {settings.length > 0 ? settings.join(" · ") : t("defaultSettings")}
        </p>
        <LabelEditor job={job} />
      </div>
      <span className="flex items-center gap-1 self-center">
        {main && <PlayButton track={resultTrack(job, main)} disabled={main.state !== "ready"} />}
        <RowMenu job={job} onZip={onZip} />
      </span>
    </article>
  );
}

function RowMenu({ job, onZip }: Pick<Props, "job" | "onZip">) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const wanted = useSearch({ from: "/app/history" });
  const download = useDownload();
  const again = useAgain();
  const ready = job.results.filter((file) => file.state === "ready");
  const sung = job.kind === "convert" || job.kind === "cover";
  const icon = "size-4.5";
  const song = job.source?.id;
  return (
    <Menu label={t("moreNamed", { name: job.title })}>
      {ready.map((file) => (
        <MenuItem
          key={file.id}
          icon={<Download aria-hidden className={icon} />}
          onClick={() => download.mutate(file.id)}
        >
          {t("downloadWhat", {
            what: file.stem ? t(STEM_LABELS[file.stem]) : t("result"),
            format: file.name.slice(file.name.lastIndexOf(".") + 1).toUpperCase(),
          })}
        </MenuItem>
      ))}
      {ready.length > 1 && (
        <MenuItem icon={<FileArchive aria-hidden className={icon} />} onClick={() => onZip([job])}>
          {t("downloadZip")}
        </MenuItem>
      )}
      {sung && (
        <MenuItem
          icon={<Copy aria-hidden className={icon} />}
          onClick={() => void navigate({ to: "/convert", search: { job: job.id } })}
        >
          {t("duplicate")}
        </MenuItem>
      )}
      {song && song !== wanted.song && (
        <MenuItem
          icon={<ListFilter aria-hidden className={icon} />}
          onClick={() => void navigate({ to: "/history", search: { ...wanted, song } })}
        >
          {t("onlyThisSong")}
        </MenuItem>
      )}
      {isFinished(job) && (
        <MenuItem icon={<Repeat2 aria-hidden className={icon} />} onClick={() => again.mutate(job)}>
          {t("runAgain")}
        </MenuItem>
      )}
    </Menu>
  );
}
