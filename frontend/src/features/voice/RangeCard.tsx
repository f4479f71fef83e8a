import { Piano } from "lucide-react";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { midiName } from "../../i18n/format";
import { keysOf, notesOf } from "./range";

const HEIGHT = 4.2;

/** The notes that the voice was heard in, on a keyboard. */
export function RangeCard({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const notes = notesOf(voice);
  if (!notes) return null;
  const keys = keysOf(notes.low, notes.high);
  const white = keys.filter((key) => !key.black);
  const median = notes.median === null ? undefined : keys.find((key) => key.midi === notes.median);
  const summary = t("rangeSummary", {
    low: midiName(notes.low),
    high: midiName(notes.high),
    median: notes.median === null ? "–" : midiName(notes.median),
  });
  return (
    <section aria-labelledby="range" className="card grid grid-cols-1 content-start gap-4 p-6">
      <h2 id="range" className="flex items-center gap-2.5 text-lg font-bold">
        <Piano aria-hidden className="size-5 text-violet-soft" />
        {t("range")}
      </h2>
      <p className="text-2xl font-bold tabular-nums">
        {midiName(notes.low)} – {midiName(notes.high)}
        {notes.median !== null && (
          <span className="ml-3 text-sm font-medium text-faint">
            {t("medianPitch")} {midiName(notes.median)}
          </span>
        )}
      </p>
      <figure className="grid gap-1.5">
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${white.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-16 w-full overflow-hidden rounded-lg"
        >
          {[...white, ...keys.filter((key) => key.black)].map((key) => (
            <rect
              key={key.midi}
              x={key.x + 0.03}
              width={key.width - 0.06}
              height={key.black ? HEIGHT * 0.62 : HEIGHT}
              rx={0.08}
              fill={fillOf(key.black, key.within)}
            />
          ))}
          {median && (
            <ellipse
              cx={median.x + median.width / 2}
              cy={HEIGHT * (median.black ? 0.46 : 0.84)}
              rx={0.2}
              ry={0.24}
              fill="#fbc15c"
            />
          )}
        </svg>
        <figcaption aria-hidden className="flex text-xs text-faint tabular-nums">
          {white
            .filter((key) => key.midi % 12 === 0)
            .map((key) => (
              <span key={key.midi} className="flex-1">
                {midiName(key.midi)}
              </span>
            ))}
        </figcaption>
      </figure>
      <p className="text-sm text-faint">{t("rangeText")}</p>
    </section>
  );
}

function fillOf(black: boolean, within: boolean): string {
  if (black) return within ? "#6d28d9" : "#0a0a14";
  return within ? "#b9a2ff" : "#3b3a52";
}
