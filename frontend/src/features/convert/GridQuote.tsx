import { useQuote } from "../../api/queries";
import type { QuoteAsk } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";

interface Props {
  ask: QuoteAsk | null;
  sides: { songs: number; voices: number; settings: number };
}

/** How many cells a grid has, and what one of them costs. */
export function GridQuote({ ask, sides }: Props) {
  const { t } = useI18n();
  const quote = useQuote(ask).data;
  const cells = sides.songs * sides.voices * sides.settings;
  if (sides.voices * sides.settings < 2) return null;
  const costs = quote?.jobs.length === cells ? quote.jobs : [];
  const ends = [Math.min(...costs), Math.max(...costs)];
  const shown = [...new Set(ends)].map((credits) => formatNumber(credits)).join("–");
  return (
    <p className="text-sm text-muted tabular-nums">
      {t("gridIs", { ...sides, cells })}
      {costs.length > 0 ? ` · ${t("cellCosts", { credits: shown })}` : ""}
    </p>
  );
}
