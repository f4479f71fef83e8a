import { X } from "lucide-react";
import type { AudioFile, Dataset } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatClock } from "../../i18n/format";
import { PlayButton } from "../../player/PlayButton";
import { Button } from "../../ui/Button";
import { fileTrack } from "../resultTrack";
import { useRecordings } from "./useRecordings";

interface Props {
  dataset: Dataset;
  /** Ids of the recordings that the report card tells of; none without a card. */
  known: readonly string[];
}

/** The recordings of a dataset that no report card tells of (yet). */
export function OtherRecordings({ dataset, known }: Props) {
  const { t } = useI18n();
  const others = dataset.files.filter((file) => !known.includes(file.id));
  const { busy, takeOut } = useRecordings(dataset);
  if (others.length === 0) return null;
  return (
    <section aria-labelledby="others" className="card grid grid-cols-1 gap-2 p-6">
      <h2 id="others" className="text-lg font-bold">
        {t(known.length > 0 ? "notAnalysedYet" : "recordingsOfDataset")}
      </h2>
      <ul className="divide-y divide-line">
        {others.map((file) => (
          <Recording key={file.id} file={file} busy={busy} onRemove={() => takeOut(file.id)} />
        ))}
      </ul>
    </section>
  );
}

interface RecordingProps {
  file: AudioFile;
  busy: boolean;
  onRemove: () => void;
}

function Recording({ file, busy, onRemove }: RecordingProps) {
  const { t } = useI18n();
  return (
    <li aria-label={file.name} className="flex items-center gap-3 py-3">
      <PlayButton track={fileTrack(file)} disabled={file.state !== "ready"} />
      <p className="min-w-0 flex-1 truncate font-semibold">{file.name}</p>
      <span className="text-sm text-faint tabular-nums">
        {file.duration_s != null && formatClock(file.duration_s)}
      </span>
      <Button
        size="small"
        disabled={busy}
        aria-label={`${t("adviceRemove")}: ${file.name}`}
        icon={<X aria-hidden className="size-4" />}
        onClick={onRemove}
      >
        <span className="max-sm:sr-only">{t("adviceRemove")}</span>
      </Button>
    </li>
  );
}
