import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, Mic } from "lucide-react";
import { isNotFound } from "../api/errors";
import { useCard, useDataset } from "../api/queries";
import type { Dataset as DatasetData } from "../api/types";
import { CardSummary } from "../features/card/CardSummary";
import { OtherRecordings } from "../features/card/OtherRecordings";
import { Report } from "../features/card/Report";
import { useAnalysis } from "../features/card/useAnalysis";
import { useI18n } from "../i18n";
import { formatSpan } from "../i18n/format";
import { NotFound } from "../shell/NotFound";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

/** A dataset with its report card. */
export default function Dataset() {
  const { t } = useI18n();
  const { datasetId } = useParams({ from: "/app/datasets/$datasetId" });
  const dataset = useDataset(datasetId);
  if (isNotFound(dataset.error)) return <NotFound />;
  return (
    <>
      <Link
        to="/library"
        search={{ tab: "datasets" }}
        className="-mb-4 flex items-center gap-1 text-sm text-muted hover:text-text"
      >
        <ChevronLeft aria-hidden className="size-4" />
        {t("datasets")}
      </Link>
      {dataset.error && <Failure error={dataset.error} retry={() => void dataset.refetch()} />}
      {dataset.isPending && <Skeleton rows={3} height="h-40" />}
      {dataset.data && <Details dataset={dataset.data} />}
    </>
  );
}

function Details({ dataset }: { dataset: DatasetData }) {
  const { t, language } = useI18n();
  const card = useCard(dataset);
  const { running } = useAnalysis(dataset);
  return (
    <>
      <PageHead
        title={dataset.name}
        lead={t("datasetUsable", {
          count: dataset.files.length,
          span: formatSpan(dataset.usable_seconds, language),
        })}
        actions={
          <ButtonLink
            to="/voices/new"
            search={{ dataset: dataset.id }}
            look="primary"
            icon={<Mic aria-hidden className="size-4.5" />}
          >
            {t("trainWithThis")}
          </ButtonLink>
        }
      />
      {(running || !dataset.card) && <CardSummary dataset={dataset} />}
      {card.error && <Failure error={card.error} retry={() => void card.refetch()} />}
      {card.isLoading && <Skeleton rows={3} height="h-40" />}
      {card.data && <Report dataset={dataset} shown={card.data} />}
      {(card.data || !dataset.card) && (
        <OtherRecordings
          dataset={dataset}
          known={card.data?.card.files.map((file) => file.id) ?? []}
        />
      )}
    </>
  );
}
