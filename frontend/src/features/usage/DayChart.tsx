import type { DayUse } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDay, formatNumber } from "../../i18n/format";
import { Fold } from "../../ui/Fold";
import { kindText } from "../jobText";
import { daysOf } from "./days";

const HEIGHT = 100;

/** Credits of the last 30 days, as bars and as a table by kind of job. */
export function DayChart({ days }: { days: DayUse[] }) {
  const { t, language } = useI18n();
  const { bars, total, most } = daysOf(days);
  const used = days.filter((day) => day.credits > 0).reverse();
  return (
    <section aria-labelledby="by-day" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="by-day" className="text-lg font-bold">
        {t("byDay")}
      </h2>
      {most === undefined ? (
        <p className="text-muted">{t("byDayNone")}</p>
      ) : (
        <>
          <svg
            role="img"
            aria-label={t("byDaySummary", {
              total: formatNumber(total, language),
              day: formatDay(most.day, language),
              most: formatNumber(most.credits, language),
            })}
            viewBox={`0 0 ${bars.length} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-36 w-full"
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
            <span>{formatDay(bars[0]?.day ?? most.day, language)}</span>
            <span>{formatDay(bars.at(-1)?.day ?? most.day, language)}</span>
          </p>
          <Fold title={t("asTable")}>
            <DayTable days={used} />
          </Fold>
        </>
      )}
    </section>
  );
}

/** Days without any still show, so that the row is seen to be 30 long. */
function height(share: number): number {
  return Math.max(0.015, share);
}

function DayTable({ days }: { days: DayUse[] }) {
  const { t, language } = useI18n();
  return (
    <table className="w-full max-w-xl text-sm">
      <caption className="sr-only">{t("byDay")}</caption>
      <thead className="text-left text-faint">
        <tr>
          <th className="py-1 font-medium">{t("day")}</th>
          <th className="py-1 font-medium">{t("byKind")}</th>
          <th className="py-1 text-right font-medium">{t("credits")}</th>
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {days.map((day) => (
          <tr key={day.day} className="border-t border-line align-top">
            <th scope="row" className="py-1 text-left font-medium whitespace-nowrap">
              {formatDay(day.day, language)}
            </th>
            <td className="px-3 py-1 text-muted">
              {day.kinds
                .map(
                  ({ kind, credits }) =>
                    `${t(kindText(kind).label)} ${formatNumber(credits, language)}`,
                )
                .join(", ")}
            </td>
            <td className="py-1 text-right">{formatNumber(day.credits, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
