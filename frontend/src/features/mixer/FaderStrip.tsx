import { LoaderCircle } from "lucide-react";
import type { CSSProperties } from "react";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSigned } from "../../i18n/format";
import { type Fader, OFF_DB } from "../../sound/levels";
import { STEM_LABELS } from "../jobText";

const HIGHEST_DB = 12;
const LOWEST_DB = -36;

interface Props {
  file: AudioFile;
  fader: Fader;
  /** Still being fetched. */
  busy: boolean;
  audible: boolean;
  onChange: (change: Partial<Fader>) => void;
}

/** One stem of the mixer: its name, mute, solo and level. */
export function FaderStrip({ file, fader, busy, audible, onChange }: Props) {
  const { t } = useI18n();
  const name = file.stem ? t(STEM_LABELS[file.stem]) : file.name;
  const shown = fader.db <= LOWEST_DB ? t("off") : `${formatSigned(fader.db)} dB`;
  const filled = ((Math.max(LOWEST_DB, fader.db) - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)) * 100;
  return (
    <li
      aria-label={name}
      className={`grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 rounded-xl bg-ink/60 px-4 py-2.5 sm:grid-cols-[11rem_auto_1fr_5rem] ${audible ? "" : "text-faint"}`}
    >
      <span className="flex min-w-0 items-center gap-2 font-medium">
        <span className="truncate">{name}</span>
        {busy && <LoaderCircle aria-label={t("loading")} className="size-4 animate-spin" />}
      </span>
      <span className="flex gap-1.5">
        <Toggle
          on={fader.muted}
          label={t("muteNamed", { name })}
          tone="bg-warn text-ink"
          onClick={() => onChange({ muted: !fader.muted })}
        >
          M
        </Toggle>
        <Toggle
          on={fader.solo}
          label={t("soloNamed", { name })}
          tone="bg-violet-deep text-white"
          onClick={() => onChange({ solo: !fader.solo })}
        >
          S
        </Toggle>
      </span>
      <input
        type="range"
        aria-label={t("levelNamed", { name })}
        aria-valuetext={shown}
        min={LOWEST_DB}
        max={HIGHEST_DB}
        step={0.5}
        value={Math.max(LOWEST_DB, fader.db)}
        onChange={(event) => {
          const db = Number(event.target.value);
          onChange({ db: db <= LOWEST_DB ? OFF_DB : db });
        }}
        onDoubleClick={() => onChange({ db: 0 })}
        style={{ "--filled": `${filled}%` } as CSSProperties}
        className="range h-8 w-full"
      />
      <output className="text-right text-sm font-semibold tabular-nums">{shown}</output>
    </li>
  );
}

interface ToggleProps {
  on: boolean;
  label: string;
  tone: string;
  onClick: () => void;
  children: string;
}

function Toggle({ on, label, tone, onClick, children }: ToggleProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={on}
      onClick={onClick}
      className={`grid size-9 place-items-center rounded-lg text-sm font-bold ring-1 ring-inset ${on ? `${tone} ring-transparent` : "text-muted ring-edge hover:text-text"}`}
    >
      {children}
    </button>
  );
}
