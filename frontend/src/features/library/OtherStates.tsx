import { LoaderCircle, RotateCcw, X } from "lucide-react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDay, formatSize } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { useUploads } from "../../uploads/UploadsProvider";
import { type Ask, FileMenu } from "./FileMenu";
import { useFileAction } from "./useFileAction";

const ROW = "flex min-h-19 items-center gap-3 px-3 py-2.5 sm:gap-4 sm:px-5";
/** How long the trash keeps a file, as the server does. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** A file that is still coming, or being looked at. */
export function BusyFile({ file }: { file: AudioFile }) {
  const { t } = useI18n();
  const uploads = useUploads();
  const remove = useFileAction(async (id: string) => {
    const sent = uploads.files.find((one) => one.meta.serverId === id);
    if (sent) uploads.remove(sent.id);
    await api.deleteFile(id);
  });
  return (
    <div className={ROW}>
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
    </div>
  );
}

/** A file that was refused, with the reason, until that is dismissed. */
export function FailedFile({ file }: { file: AudioFile }) {
  const { t, pick } = useI18n();
  const dismiss = useFileAction(api.deleteFile);
  return (
    <div className={`${ROW} bg-bad/7`}>
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
    </div>
  );
}

/** A file in the trash, and until when it can come back. */
export function TrashedFile({ file, ask }: { file: AudioFile; ask: Ask }) {
  const { t, language } = useI18n();
  const end = new Date(Date.parse(file.trashed_at ?? file.created_at) + KEPT_MS);
  return (
    <div className={ROW}>
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold text-muted">{file.name}</p>
        <p className="text-sm text-faint">
          {t("erasedOn", {
            date: formatDay(end.toISOString().slice(0, 10), language),
            size: formatSize(file.size),
          })}
        </p>
      </div>
      <Button
        size="small"
        icon={<RotateCcw aria-hidden className="size-4" />}
        aria-label={t("restoreNamed", { name: file.name })}
        onClick={() => ask("restore", [file])}
      >
        {t("restoreFile")}
      </Button>
      <FileMenu file={file} ask={ask} />
    </div>
  );
}
