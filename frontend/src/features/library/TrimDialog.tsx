import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSeconds } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { notify } from "../../ui/notify";
import { clamped, SHORTEST_S, type Stretch } from "./stretch";
import { TrimWave } from "./TrimWave";
import { useFileAction } from "./useFileAction";
import { useStretchPlayer } from "./useStretchPlayer";

interface Props {
  file: AudioFile;
  open: boolean;
  onClose: () => void;
}

/** Cuts a stretch out of a file into a new one. */
export function TrimDialog({ file, open, onClose }: Props) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onClose={onClose} title={t("trimTitle")} description={t("trimText")}>
      <TrimForm file={file} onClose={onClose} />
    </Dialog>
  );
}

function TrimForm({ file, onClose }: Omit<Props, "open">) {
  const { t, language } = useI18n();
  const whole = file.duration_s ?? 0;
  const [stretch, setStretch] = useState<Stretch>({ start: 0, end: whole });
  const player = useStretchPlayer(file.id, stretch);
  const save = useFileAction(
    () => api.trimFile(file.id, { start_s: stretch.start, end_s: stretch.end }),
    (made) => {
      notify.success(t("trimMade", { name: made.name }));
      onClose();
    },
  );
  const change = (changes: Partial<Stretch>) =>
    setStretch((old) => clamped({ ...old, ...changes }, whole, old));
  const same = stretch.start <= 0 && stretch.end >= whole;
  return (
    <form
      className="grid grid-cols-1 gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <p className="truncate text-sm font-medium">{file.name}</p>
      <TrimWave
        fileId={file.id}
        whole={whole}
        stretch={stretch}
        onChange={change}
        audio={player.audio}
      />
      <div className="grid grid-cols-2 gap-4">
        <Seconds
          key={`start-${stretch.start}`}
          label={t("trimStart")}
          value={stretch.start}
          most={whole}
          onChange={(start) => change({ start })}
        />
        <Seconds
          key={`end-${stretch.end}`}
          label={t("trimEnd")}
          value={stretch.end}
          most={whole}
          onChange={(end) => change({ end })}
        />
      </div>
      <p role="status" className="text-sm text-muted tabular-nums">
        {t("trimLength", { span: formatSeconds(stretch.end - stretch.start, language) })}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button
          icon={
            player.playing ? (
              <Pause aria-hidden className="size-4 fill-current" />
            ) : (
              <Play aria-hidden className="size-4 fill-current" />
            )
          }
          onClick={player.toggle}
        >
          {t(player.playing ? "pause" : "trimListen")}
        </Button>
        <Button
          type="submit"
          look="primary"
          busy={save.isPending}
          disabled={same || stretch.end - stretch.start < SHORTEST_S}
        >
          {t("trimSave")}
        </Button>
      </div>
    </form>
  );
}

interface SecondsProps {
  label: string;
  value: number;
  most: number;
  onChange: (value: number) => void;
}

/** A number that counts once it is whole: on leaving the field, or by Enter. */
function Seconds({ label, value, most, onChange }: SecondsProps) {
  const [text, setText] = useState(value.toFixed(3));
  const commit = () => {
    const wanted = Number(text.replace(",", "."));
    if (text.trim() !== "" && Number.isFinite(wanted)) onChange(wanted);
    else setText(value.toFixed(3));
  };
  return (
    <TextField
      label={label}
      type="number"
      inputMode="decimal"
      min={0}
      max={most}
      step="any"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        commit();
      }}
    />
  );
}
