import { Check, ChevronDown, ChevronUp, Pause, Play, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import { useI18n } from "../i18n";
import { formatSize } from "../i18n/format";
import { usePlayer } from "../player/PlayerProvider";
import { IconButton } from "../ui/Button";
import { ProgressBar } from "../ui/Progress";
import type { UploadFile } from "./engine";
import { useUploads } from "./UploadsProvider";

/** What is going up just now, on every page, until all of it is stored. */
export function UploadPanel() {
  const { t } = useI18n();
  const { files } = useUploads();
  const { track } = usePlayer();
  const [open, setOpen] = useState(true);
  if (files.length === 0) return null;
  const stored = files.filter((file) => file.progress.uploadComplete && !file.error).length;
  return (
    <section
      aria-label={t("uploads")}
      className={`card animate-rise fixed inset-x-3 z-40 sm:right-5 sm:left-auto sm:w-96 ${track ? "bottom-37 lg:bottom-22" : "bottom-20 lg:bottom-5"}`}
    >
      <header className="flex items-center justify-between gap-2 py-2 pr-2 pl-4">
        <p role="status" className="text-sm font-semibold">
          {t("uploadsCount", { done: stored, all: files.length })}
        </p>
        <IconButton
          label={t(open ? "foldUploads" : "unfoldUploads")}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? <ChevronDown className="size-5" /> : <ChevronUp className="size-5" />}
        </IconButton>
      </header>
      {open && (
        <ul className="max-h-72 overflow-y-auto border-t border-line">
          {files.map((file) => (
            <Row key={file.id} file={file} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ file }: { file: UploadFile }) {
  const { t } = useI18n();
  const { pause, retry, remove } = useUploads();
  const done = Boolean(file.progress.uploadComplete) && !file.error;
  const total = file.size ?? 0;
  const sent = Number(file.progress.bytesUploaded) || 0;
  return (
    <li className="grid gap-1.5 px-4 py-3">
      <div className="flex items-center gap-1">
        <p className="min-w-0 flex-1 truncate text-sm font-medium">{file.name}</p>
        {done ? (
          <span className="grid size-10 place-items-center text-good">
            <Check aria-label={t("uploadStored")} className="size-5" />
          </span>
        ) : (
          <>
            {file.error ? (
              <IconButton
                label={t("retryNamed", { name: file.name })}
                onClick={() => retry(file.id)}
              >
                <RotateCcw aria-hidden className="size-4" />
              </IconButton>
            ) : (
              !file.isGhost && (
                <IconButton
                  label={t(file.isPaused ? "resumeNamed" : "pauseUploadNamed", { name: file.name })}
                  onClick={() => pause(file.id)}
                >
                  {file.isPaused ? <Play className="size-4" /> : <Pause className="size-4" />}
                </IconButton>
              )
            )}
            <IconButton
              label={t("cancelNamed", { name: file.name })}
              onClick={() => remove(file.id)}
            >
              <X aria-hidden className="size-4" />
            </IconButton>
          </>
        )}
      </div>
      <ProgressBar
        label={t("uploadProgress", { name: file.name })}
        fraction={done ? 1 : total > 0 ? sent / total : 0}
      />
      <p className={`text-xs ${file.error ? "text-bad" : "text-faint"}`}>
        {file.error
          ? t("uploadFailed")
          : file.isGhost
            ? t("uploadGhost")
            : `${formatSize(done ? total : sent)} / ${formatSize(total)}${file.isPaused ? ` · ${t("paused")}` : ""}`}
      </p>
    </li>
  );
}
