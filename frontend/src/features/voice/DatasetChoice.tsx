import { useEffect } from "react";
import { useDatasets } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { Choice } from "../../ui/Choice";
import { MoreButton } from "../../ui/states";

export function DatasetChoice({
  value,
  onChange,
}: {
  value: string;
  onChange: (id: string) => void;
}) {
  const { t, language } = useI18n();
  const datasets = useDatasets();
  const only = datasets.data?.length === 1 ? datasets.data[0] : undefined;
  useEffect(() => {
    if (!value && only) onChange(only.id);
  }, [value, only, onChange]);
  return (
    <div className="grid gap-4">
      <Choice
        legend={t("chooseDataset")}
        value={value}
        onChange={onChange}
        options={(datasets.data ?? []).map((dataset) => ({
          value: dataset.id,
          label: dataset.name,
          detail: t("datasetUsable", {
            count: dataset.files.length,
            span: formatSpan(dataset.usable_seconds, language),
          }),
        }))}
      />
      <MoreButton query={datasets} />
    </div>
  );
}
