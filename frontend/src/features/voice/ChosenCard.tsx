import { useCard, useDatasets } from "../../api/queries";
import type { Dataset } from "../../api/types";
import { useI18n } from "../../i18n";
import { CardSummary } from "../card/CardSummary";
import { Findings } from "../card/Findings";

/** The report card of the chosen dataset, or the offer of one; it never stands in the way. */
export function ChosenCard({ dataset }: { dataset: string }) {
  const chosen = useDatasets().data?.find((one) => one.id === dataset);
  return chosen ? <Summary dataset={chosen} /> : null;
}

function Summary({ dataset }: { dataset: Dataset }) {
  const { pick } = useI18n();
  const card = useCard(dataset).data?.card;
  return (
    <div className="mt-4 grid gap-3">
      <CardSummary dataset={dataset} />
      {card && (
        <div className="grid gap-3 px-1">
          <p className="text-sm font-medium">{pick(card)}</p>
          <Findings findings={(card.findings ?? []).slice(0, 3)} />
        </div>
      )}
    </div>
  );
}
