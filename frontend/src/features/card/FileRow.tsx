import { Layers2, Replace, Sparkles, X } from "lucide-react";
import { useState } from "react";
import type { AudioFile, FileCard } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatSpan, noteName } from "../../i18n/format";
import { PlayButton } from "../../player/PlayButton";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { MakeDialog } from "../library/MakeDialog";
import { fileTrack } from "../resultTrack";
import { type Action, actionsOf, VERDICTS } from "./cardText";
import { Findings } from "./Findings";
import type { Replacement } from "./replacements";

const LABELS: Record<Action, Key> = {
  remove: "adviceRemove",
  denoise: "adviceDenoise",
  separate: "adviceSeparate",
};
const ICONS = { remove: X, denoise: Sparkles, separate: Layers2 };

interface Props {
  card: FileCard;
  /** The file itself while it belongs to the dataset. */
  file: AudioFile | undefined;
  replacement: Replacement;
  busy: boolean;
  onRemove: () => void;
  onReplace: (fresh: AudioFile) => void;
}

/** One recording: its figures, what was found and what can be done about it at once. */
export function FileRow({ card, file, replacement, busy, onRemove, onReplace }: Props) {
  const { t } = useI18n();
  const [make, setMake] = useState<"denoise" | "separate">("denoise");
  const [open, setOpen] = useState(false);
  const findings = card.findings ?? [];
  function act(action: Action) {
    if (action === "remove") return onRemove();
    setMake(action);
    setOpen(true);
  }
  return (
    <li aria-label={card.name} className="grid grid-cols-1 gap-3 py-4">
      <div className="flex items-center gap-3">
        {file && <PlayButton track={fileTrack(file)} disabled={file.state !== "ready"} />}
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold">{card.name}</p>
          <Figures card={card} />
        </div>
        <Badge tone={VERDICTS[card.verdict].tone}>{t(VERDICTS[card.verdict].label)}</Badge>
      </div>
      {findings.length > 0 && <Findings findings={findings} />}
      {!file && <p className="text-sm font-medium text-violet-soft">{t("notInDataset")}</p>}
      {file && findings.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          {actionsOf(findings).map((action) => {
            const Icon = ICONS[action];
            return (
              <Button
                key={action}
                size="small"
                disabled={busy}
                aria-label={`${t(LABELS[action])}: ${card.name}`}
                icon={<Icon aria-hidden className="size-4" />}
                onClick={() => act(action)}
              >
                {t(LABELS[action])}
              </Button>
            );
          })}
          <Fresh replacement={replacement} busy={busy} onReplace={onReplace} />
        </div>
      )}
      {file && (
        <MakeDialog
          make={make === "denoise" ? "preprocess" : "separate"}
          files={[file]}
          stay
          open={open}
          onClose={() => setOpen(false)}
        />
      )}
    </li>
  );
}

function Figures({ card }: { card: FileCard }) {
  const { t, language } = useI18n();
  const facts = [
    t("usableOf", { span: formatSpan(card.usable_s, language) }),
    card.snr_db != null && `${t("snr")} ${Math.round(card.snr_db)} dB`,
    card.bandwidth_hz != null && `${t("bandwidth")} ${(card.bandwidth_hz / 1000).toFixed(1)} kHz`,
    card.f0_low_hz != null &&
      card.f0_high_hz != null &&
      `${noteName(card.f0_low_hz)}–${noteName(card.f0_high_hz)}`,
  ].filter(Boolean);
  return <p className="text-sm text-faint tabular-nums">{facts.join(" · ")}</p>;
}

/** What was made of the recording meanwhile, to be put in its place. */
function Fresh({
  replacement,
  busy,
  onReplace,
}: Pick<Props, "replacement" | "busy" | "onReplace">) {
  const { t } = useI18n();
  const { running, file } = replacement;
  if (running) {
    return (
      <span role="status" className="text-sm text-violet-soft tabular-nums">
        {t("workingOnIt", { percent: Math.round(running.fraction * 100) })}
      </span>
    );
  }
  if (!file) return null;
  return (
    <Button
      size="small"
      look="primary"
      disabled={busy}
      icon={<Replace aria-hidden className="size-4" />}
      onClick={() => onReplace(file)}
    >
      {t(file.stem === "vocals" ? "replaceByVocals" : "replaceByCleaned")}
    </Button>
  );
}
