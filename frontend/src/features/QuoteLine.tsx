import { Link } from "@tanstack/react-router";
import { useQuote } from "../api/queries";
import type { QuoteAsk } from "../api/types";
import { useI18n } from "../i18n";
import { formatNumber } from "../i18n/format";

/** What a start will cost at most, by the server's own formula; null while nothing is chosen. */
export function QuoteLine({ ask }: { ask: QuoteAsk | null }) {
  const { t } = useI18n();
  const quote = useQuote(ask).data;
  const missing = quote ? quote.credits - quote.available : 0;
  return (
    <div aria-live="polite" className="grid min-h-12 gap-1 text-sm">
      {ask && quote && (
        <>
          <p className="font-semibold tabular-nums">
            {t("quoteIs", { credits: formatNumber(quote.credits) })}
          </p>
          {missing > 0 ? (
            <p className="text-warn">
              {t("quoteShort", { missing: formatNumber(missing) })}{" "}
              <Link to="/usage" className="font-semibold text-violet-soft hover:underline">
                {t("getCredits")}
              </Link>
            </p>
          ) : (
            <p className="text-faint">{t("quoteHint")}</p>
          )}
        </>
      )}
    </div>
  );
}
