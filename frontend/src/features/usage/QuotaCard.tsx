import type { QuotaUse, Usage } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatNumber, formatSize } from "../../i18n/format";
import { ProgressBar } from "../../ui/Progress";

/** How much of the plan is used; without a limit only what is used. */
export function QuotaCard({ usage }: { usage: Usage }) {
  const { t } = useI18n();
  const rows: { label: Key; use: QuotaUse; show: (value: number) => string }[] = [
    { label: "quotaStorage", use: usage.storage, show: formatSize },
    {
      label: "quotaMinutes",
      use: usage.minutes,
      show: (value) => t("minutesIs", { minutes: formatNumber(value) }),
    },
    {
      label: "quotaParallel",
      use: usage.parallel,
      show: (value) => t("jobsAre", { count: value }),
    },
  ];
  return (
    <section aria-labelledby="quotas" className="card grid content-start gap-5 p-6">
      <h2 id="quotas" className="text-lg font-bold">
        {t("usage")}
      </h2>
      {rows.map(({ label, use, show }) => (
        <div key={label} className="grid gap-2">
          <p className="flex items-baseline justify-between gap-4 text-sm">
            <span className="text-muted">{t(label)}</span>
            <span className="font-semibold tabular-nums">
              {use.limit === null
                ? show(use.used)
                : t("quotaOf", { used: show(use.used), limit: show(use.limit) })}
            </span>
          </p>
          {use.limit !== null && (
            <ProgressBar label={t(label)} fraction={use.used / Math.max(1, use.limit)} />
          )}
        </div>
      ))}
      {usage.parallel.limit !== null && (
        <p className="text-sm text-faint">{t("quotaParallelHint")}</p>
      )}
    </section>
  );
}
