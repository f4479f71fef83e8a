import { useCard, useDataset } from "../../api/queries";
import { useI18n } from "../../i18n";
import { Failure, Skeleton } from "../../ui/states";
import { CardSummary } from "../card/CardSummary";
import { Report } from "../card/Report";
import { useAnalysis } from "../card/useAnalysis";
import type { Wizard } from "./draft";

/** The report card of what was chosen, with what can be done about each recording right here. */
export function CardStep({ draft }: Wizard) {
  const { t } = useI18n();
  const dataset = useDataset(draft.dataset);
  const card = useCard(dataset.data);
  const { running } = useAnalysis({ id: draft.dataset });
  if (dataset.error) {
    return <Failure error={dataset.error} retry={() => void dataset.refetch()} />;
  }
  if (!dataset.data) return <Skeleton rows={2} height="h-32" />;
  return (
    <div className="grid grid-cols-1 gap-5">
      {!dataset.data.card && <p className="text-muted">{t("cardHint")}</p>}
      {(running || !dataset.data.card) && <CardSummary dataset={dataset.data} />}
      {card.error && <Failure error={card.error} retry={() => void card.refetch()} />}
      {card.isLoading && <Skeleton rows={3} height="h-40" />}
      {card.data && <Report dataset={dataset.data} shown={card.data} />}
    </div>
  );
}
