import { Layers } from "lucide-react";
import { useDatasets } from "../../api/queries";
import { useI18n } from "../../i18n";
import { ButtonLink } from "../../ui/Button";
import { Empty, Failure, MoreButton, Skeleton } from "../../ui/states";
import { DatasetCard } from "./DatasetCard";

export function DatasetList() {
  const { t } = useI18n();
  const datasets = useDatasets();
  return (
    <>
      {datasets.error && <Failure error={datasets.error} retry={() => void datasets.refetch()} />}
      {datasets.isPending && <Skeleton rows={2} height="h-40" />}
      {datasets.data?.length === 0 && (
        <Empty
          icon={<Layers aria-hidden className="size-7" />}
          title={t("noDatasets")}
          action={<ButtonLink to="/library">{t("toFiles")}</ButtonLink>}
        >
          {t("noDatasetsText")}
        </Empty>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        {datasets.data?.map((dataset) => (
          <DatasetCard key={dataset.id} dataset={dataset} />
        ))}
      </div>
      <MoreButton query={datasets} />
    </>
  );
}
