import type { DayUse } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDay, formatNumber } from "../../i18n/format";
import { Fold } from "../../ui/Fold";
import { kindText } from "../jobText";
import { DayBars } from "./DayBars";

/** Credits of the last 30 days, as bars and as a table by kind of job. */
export function DayChart({ days }: { days: DayUse[] }) {
  const { t } = useI18n();
  const used = days.filter((day) => day.credits > 0).reverse();
  return (
    <section aria-labelledby="by-day" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="by-day" className="text-lg font-bold">
        {t("byDay")}
      </h2>
      {used.length === 0 ? (
        <p className="text-muted">{t("byDayNone")}</p>
      ) : (
        <>
          <DayBars days={days} className="h-36" />
          <Fold title={t("asTable")}>
            <DayTable days={used} />
          </Fold>
        </>
      )}
    </section>
  );
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
                .map(({ kind, credits }) => `${t(kindText(kind).label)} ${formatNumber(credits)}`)
                .join(", ")}
            </td>
            <td className="py-1 text-right">{formatNumber(day.credits)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
