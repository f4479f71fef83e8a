import { useQueryClient } from "@tanstack/react-query";
import { Archive, Download } from "lucide-react";
import { type DataExport, EXPORTS, leaving, useExport } from "../../api/leaving";
import { useI18n } from "../../i18n";
import { formatDate, formatSize } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { ProgressBar } from "../../ui/Progress";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { saveLink } from "../useDownload";

/** Everything of the workspace as one zip. */
export function ExportCard() {
  const { t } = useI18n();
  const client = useQueryClient();
  const newest = useExport();
  const start = useAction({
    mutationFn: leaving.startExport,
    onSettled: () => client.invalidateQueries({ queryKey: EXPORTS }),
  });
  const found = newest.data;
  const isPacking = found?.state === "packing";
  return (
    <section aria-labelledby="export" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="export" className="text-lg font-bold">
        {t("takeoutTitle")}
      </h2>
      <p className="text-muted">{t("takeoutText")}</p>
      {newest.error && <Failure error={newest.error} retry={() => void newest.refetch()} />}
      {newest.isPending && <Skeleton rows={1} height="h-11" />}
      {found && <Standing found={found} />}
      {newest.isSuccess && !isPacking && (
        <Button
          busy={start.isPending}
          icon={<Archive aria-hidden className="size-4.5" />}
          className="justify-self-start"
          onClick={() => start.mutate()}
        >
          {t(found ? "takeoutAgain" : "takeoutStart")}
        </Button>
      )}
    </section>
  );
}

function Standing({ found }: { found: DataExport }) {
  const { t, language } = useI18n();
  const download = useAction({
    mutationFn: () => leaving.exportLink(found.id),
    onSuccess: (link) => saveLink(link.url, link.filename),
  });
  if (found.state === "failed" || found.state === "expired") {
    const failed = found.state === "failed";
    return (
      <p role="status" className={failed ? "text-bad" : "text-faint"}>
        {t(failed ? "takeoutFailed" : "takeoutExpired")}
      </p>
    );
  }
  if (found.state === "packing") {
    const { files_done: done, files_total: total, bytes_done, bytes_total } = found;
    return (
      <div role="status" className="grid gap-2">
        <p className="font-medium">{t("takeoutPacking")}</p>
        <ProgressBar
          label={t("takeoutPacking")}
          fraction={bytes_total > 0 ? bytes_done / bytes_total : null}
        />
        <p className="text-sm text-faint">
          {t("takeoutProgress", {
            done: String(done),
            total: String(total),
            size: formatSize(bytes_total),
          })}
        </p>
      </div>
    );
  }
  const until = found.expires_at ? formatDate(found.expires_at, language) : "";
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        look="primary"
        busy={download.isPending}
        icon={<Download aria-hidden className="size-4.5" />}
        onClick={() => download.mutate()}
      >
        {t("takeoutDownload")}
      </Button>
      <p className="text-sm text-faint">
        {t("takeoutReady", { size: formatSize(found.size), date: until })}
      </p>
    </div>
  );
}
