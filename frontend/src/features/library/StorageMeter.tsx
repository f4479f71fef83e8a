import { Link } from "@tanstack/react-router";
import { HardDrive } from "lucide-react";
import { useFileSummary, useUsage } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatSize } from "../../i18n/format";
import { ProgressBar } from "../../ui/Progress";

/** From here on the studio says that room gets short. */
const NEARLY = 0.9;

/** How much of the plan's storage is used; its place is kept while that is read. */
export function StorageMeter() {
  const { t } = useI18n();
  const { data: summary } = useFileSummary();
  const { data: usage } = useUsage();
  const used = summary ? summary.size + summary.trashed_size : undefined;
  const limit = usage?.storage.limit ?? null;
  const share = used !== undefined && limit !== null ? used / Math.max(1, limit) : 0;
  return (
    <div className="-mt-3 grid min-h-5 gap-1.5 text-sm">
      {used !== undefined && usage && (
        <>
          <p className="flex flex-wrap items-center gap-x-2 text-muted tabular-nums">
            <HardDrive aria-hidden className="size-4 text-faint" />
            <span>
              {t("storageUsed")}{" "}
              <strong className="font-semibold text-text">
                {limit === null
                  ? formatSize(used)
                  : t("quotaOf", { used: formatSize(used), limit: formatSize(limit) })}
              </strong>
            </span>
            {summary && summary.trashed > 0 && (
              <Link
                to="/library"
                search={{ state: "trashed" }}
                className="text-faint underline underline-offset-4 hover:text-text"
              >
                {t("ofThatTrash", { size: formatSize(summary.trashed_size) })}
              </Link>
            )}
          </p>
          {limit !== null && (
            <ProgressBar label={t("storageUsed")} fraction={share} className="max-w-md" />
          )}
          {share >= NEARLY && (
            <p role="alert" className={share >= 1 ? "text-bad" : "text-warn"}>
              {t(share >= 1 ? "storageFull" : "storageNearlyFull")}{" "}
              <Link to="/usage" className="font-semibold underline underline-offset-4">
                {t("seePlans")}
              </Link>
            </p>
          )}
        </>
      )}
    </div>
  );
}
