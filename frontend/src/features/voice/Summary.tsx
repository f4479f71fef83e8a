import type { ReactNode } from "react";
import { useCredits, useDatasets } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatNumber, formatSpan } from "../../i18n/format";
import { Orb } from "../../ui/Orb";
import type { KnobValues } from "../knobs";
import { useOptionText } from "../optionText";

interface Props {
  name: string;
  dataset: string;
  params: KnobValues;
  children: ReactNode;
}

/** What is about to be started, beside the form. */
export function Summary({ name, dataset, params, children }: Props) {
  const { t, language } = useI18n();
  const optionText = useOptionText();
  const credits = useCredits();
  const chosen = useDatasets().data?.find((one) => one.id === dataset);
  const rows: [string, string][] = [
    [t("partDataset"), chosen?.name ?? "–"],
    [t("usableLength"), chosen ? formatSpan(chosen.usable_seconds, language) : "–"],
    [t("modelSize"), optionText(params.preset ?? "")],
    [t("step"), formatNumber(Number(params.total_steps) || 0, language)],
    [t("creditsAvailable"), credits.data ? formatNumber(credits.data.available, language) : "–"],
  ];
  return (
    <aside
      aria-label={t("summary")}
      className="card glow grid grid-cols-1 gap-6 p-6 lg:sticky lg:top-10"
    >
      <div className="flex items-center gap-4">
        <Orb seed={name || "voice"} className="size-14" />
        <p className="min-w-0 flex-1 truncate text-lg font-bold">{name || t("newVoice")}</p>
      </div>
      <dl className="grid gap-2.5 text-sm">
        {rows.map(([label, value]) => (
          <div key={label} className="flex justify-between gap-4">
            <dt className="shrink-0 text-muted">{label}</dt>
            <dd className="truncate font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </aside>
  );
}
