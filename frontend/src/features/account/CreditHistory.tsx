import { useCredits } from "../../api/queries";
import { type Key, useI18n } from "../../i18n";
import { formatDate, formatNumber } from "../../i18n/format";
import { Failure, Skeleton } from "../../ui/states";

const KINDS: Record<string, Key> = {
  grant: "creditGrant",
  reserve: "creditReserve",
  settle: "creditSettle",
  release: "creditRelease",
  adjust: "creditAdjust",
};

/** The balance and the last movements of the ledger. */
export function CreditHistory() {
  const { t, language } = useI18n();
  const credits = useCredits();
  return (
    <section aria-labelledby="credits" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="credits" className="text-lg font-bold">
        {t("credits")}
      </h2>
      {credits.error && <Failure error={credits.error} retry={() => void credits.refetch()} />}
      {credits.isPending && <Skeleton rows={1} height="h-24" />}
      {credits.data && (
        <>
          <p className="flex flex-wrap items-baseline gap-x-3">
            <span className="text-3xl font-bold tabular-nums">
              {formatNumber(credits.data.available, language)}
            </span>
            <span className="text-sm text-faint">
              {t("creditsReserved", { amount: formatNumber(credits.data.reserved, language) })}
            </span>
          </p>
          <ul
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling list must be reachable by keyboard
            tabIndex={0}
            className="max-h-64 divide-y divide-line overflow-y-auto text-sm"
          >
            {credits.data.entries.map((entry) => (
              <li key={entry.id} className="flex items-baseline justify-between gap-4 py-2.5">
                <span className="min-w-0">
                  <span className="block truncate">{t(KINDS[entry.kind] ?? "creditAdjust")}</span>
                  <span className="text-faint">{formatDate(entry.created_at, language)}</span>
                </span>
                <span
                  className={`font-semibold tabular-nums ${entry.amount > 0 ? "text-good" : "text-muted"}`}
                >
                  {entry.amount > 0 ? "+" : ""}
                  {formatNumber(entry.amount, language)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
