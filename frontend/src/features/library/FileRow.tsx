import { LoaderCircle, X } from "lucide-react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatClock, formatDate, formatHertz, formatSize } from "../../i18n/format";
import { MiniWave } from "../../player/MiniWave";
import { PlayButton } from "../../player/PlayButton";
import { Badge } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { Tick } from "../../ui/Tick";
import { useUploads } from "../../uploads/UploadsProvider";
import { STEM_LABELS } from "../jobText";
import { fileTrack } from "../resultTrack";
import { FileMenu } from "./FileMenu";
import { useFileAction } from "./useFileAction";

interface Props {
  file: AudioFile;
  chosen: boolean;
  onChoose: (on: boolean) => void;
}

export function FileRow({ file, chosen, onChoose }: Props) {
  if (file.state === "failed") return <FailedRow file={file} />;
  if (file.state !== "ready") return <BusyRow file={file} />;
  return <ReadyRow file={file} chosen={chosen} onChoose={onChoose} />;
}

function ReadyRow({ file, chosen, onChoose }: Props) {
  const { t, language } = useI18n();
  const facts = [
    file.duration_s != null && formatClock(file.duration_s),
    file.sample_rate && formatHertz(file.sample_rate),
    file.channels &&
      t(file.channels === 1 ? "mono" : file.channels === 2 ? "stereo" : "channels", {
        count: file.channels,
      }),
    file.loudness_lufs != null && `${file.loudness_lufs.toFixed(1)} LUFS`,
    formatSize(file.size),
  ].filter(Boolean);
  return (
    <li
      aria-label={file.name}
      className={`flex items-center gap-3 px-3 py-3 transition-colors sm:gap-4 sm:px-5 ${chosen ? "bg-violet/10" : "hover:bg-white/3"}`}
    >
      <Tick checked={chosen} onChange={onChoose} label={t("chooseNamed", { name: file.name })} />
      <PlayButton track={fileTrack(file)} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 sm:flex-nowrap">
          <span className="truncate font-semibold max-sm:basis-full">{file.name}</span>
          {file.ai_generated && <Badge tone="violet">{t("aiGenerated")}</Badge>}
          {file.stem && <Badge>{t(STEM_LABELS[file.stem])}</Badge>}
        </p>
        <p className="truncate text-sm text-faint tabular-nums">{facts.join(" · ")}</p>
      </div>
      <div className="hidden w-52 lg:block">
        <MiniWave fileId={file.id} trackKey={file.id} />
      </div>
      <p className="hidden w-36 text-right text-sm text-faint md:block">
        {formatDate(file.created_at, language)}
      </p>
      <FileMenu file={file} />
    </li>
  );
}

function BusyRow({ file }: { file: AudioFile }) {
  const { t } = useI18n();
  const uploads = useUploads();
  const remove = useFileAction(async (id: string) => {
    const sent = uploads.files.find((one) => one.meta.serverId === id);
    if (sent) uploads.remove(sent.id);
    await api.deleteFile(id);
  });
  return (
    <li aria-label={file.name} className="flex items-center gap-4 px-3 py-3 sm:px-5">
      <span className="grid size-11 shrink-0 place-items-center text-violet-soft">
        <LoaderCircle aria-hidden className="size-5 animate-spin" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">{file.name}</p>
        <p role="status" className="text-sm text-faint">
          {t(file.state === "uploading" ? "fileUploading" : "fileProbing")} ·{" "}
          {formatSize(file.size)}
        </p>
      </div>
      {file.state === "uploading" && (
        <IconButton
          label={t("cancelNamed", { name: file.name })}
          disabled={remove.isPending}
          onClick={() => remove.mutate(file.id)}
        >
          <X aria-hidden className="size-5" />
        </IconButton>
      )}
    </li>
  );
}

function FailedRow({ file }: { file: AudioFile }) {
  const { t, pick } = useI18n();
  const dismiss = useFileAction(api.deleteFile);
  return (
    <li aria-label={file.name} className="flex items-center gap-4 bg-bad/7 px-3 py-3 sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="truncate font-semibold">{file.name}</span>
          <Badge tone="bad">{t("fileFailed")}</Badge>
        </p>
        <p className="text-sm text-bad">
          {file.error ? pick(file.error.message) : t("fileFailedText")}
        </p>
      </div>
      <IconButton
        label={t("dismissNamed", { name: file.name })}
        disabled={dismiss.isPending}
        onClick={() => dismiss.mutate(file.id)}
      >
        <X aria-hidden className="size-5" />
      </IconButton>
    </li>
  );
}
