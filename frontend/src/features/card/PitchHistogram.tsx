import type { DatasetCard } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSeconds, midiName, noteName } from "../../i18n/format";
import { Fold } from "../../ui/Fold";
import { type Bar, barsOf, isMarked } from "./histogram";

const HEIGHT = 100;

/** How long each note is sung, as bars and, for who can't see them, as a table. */
export function PitchHistogram({ card }: { card: DatasetCard }) {
  const { t } = useI18n();
  const bars = barsOf(card.histogram);
  if (bars.length === 0) return <p className="text-faint">{t("noPitch")}</p>;
  const longest = bars.reduce((best, bar) => (bar.seconds > best.seconds ? bar : best));
  const gap = (card.findings ?? []).some((finding) => finding.defect === "range-gap");
  const missing = (bar: Bar) => gap && bar.share < 0.08;
  return (
    <div className="grid grid-cols-1 gap-2">
      <svg
        role="img"
        aria-label={t("pitchSummary", {
          low: midiName(bars[0]?.midi ?? 0),
          high: midiName(bars.at(-1)?.midi ?? 0),
          most: midiName(longest.midi),
          median: card.f0_median_hz ? noteName(card.f0_median_hz) : "–",
        })}
        viewBox={`0 0 ${bars.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-36 w-full"
      >
        {bars.map((bar, index) => (
          <rect
            key={bar.midi}
            x={index + 0.12}
            width={0.76}
            y={HEIGHT * (1 - height(bar))}
            height={HEIGHT * height(bar)}
            fill={missing(bar) ? "#fbc15c" : "#8b5cf6"}
          />
        ))}
      </svg>
      <div aria-hidden className="relative h-5 text-xs text-faint">
        {bars.map((bar, index) =>
          isMarked(bar.midi, bars) ? (
            <span
              key={bar.midi}
              className="absolute -translate-x-1/2 whitespace-nowrap"
              style={{ left: `${((index + 0.5) / bars.length) * 100}%` }}
            >
              {midiName(bar.midi)}
            </span>
          ) : null,
        )}
      </div>
      <Fold title={t("asTable")}>
        <NoteTable bars={bars} />
      </Fold>
    </div>
  );
}

/** Sung notes always show; silent ones get a sliver, so that a gap is seen as one. */
function height(bar: Bar): number {
  return Math.max(0.015, bar.share);
}

function NoteTable({ bars }: { bars: Bar[] }) {
  const { t, language } = useI18n();
  return (
    <table className="w-full max-w-80 text-sm">
      <caption className="sr-only">{t("pitchHistogram")}</caption>
      <thead className="text-left text-faint">
        <tr>
          <th className="py-1 font-medium">{t("note")}</th>
          <th className="py-1 text-right font-medium">{t("length")}</th>
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {bars.map((bar) => (
          <tr key={bar.midi} className="border-t border-line">
            <th scope="row" className="py-1 text-left font-medium">
              {midiName(bar.midi)}
            </th>
            <td className="py-1 text-right">{formatSeconds(bar.seconds, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
