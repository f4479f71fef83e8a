import type { DayUse } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDay, formatNumber } from "../../i18n/format";
import { daysOf } from "./days";

const HEIGHT = 100;

/** Credits by day as bars between the first and the last day, and in one sentence. */
export function DayBars({ days, className }: { days: DayUse[]; className: string }) {
  const { t, language } = useI18n();
  const { bars, total, most } = daysOf(days);
  const last = bars.at(-1);
  const summary = most
    ? t("byDaySummary", {
        total: formatNumber(total),
        day: formatDay(most.day, language),
        most: formatNumber(most.credits),
      })
    : t("byDayNone");
  return (
    <>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${bars.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={`w-full ${className}`}
      >
        {bars.map((bar, index) => (
          <rect
            key={bar.day}
            x={index + 0.14}
            width={0.72}
            y={HEIGHT * (1 - height(bar.share))}
            height={HEIGHT * height(bar.share)}
            fill={bar.credits > 0 ? "#8b5cf6" : "#2b2b3f"}
          />
        ))}
      </svg>
      <p aria-hidden className="flex justify-between text-xs text-faint">
        <span>{bars[0] && formatDay(bars[0].day, language)}</span>
        <span>{last && formatDay(last.day, language)}</span>
      </p>
    </>
  );
}

/** Days without any still show, so that the row is seen to be 30 long. */
function height(share: number): number {
  return Math.max(0.015, share);
}
