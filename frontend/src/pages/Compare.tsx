import { useSearch } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { useMemo } from "react";
import { useFilesById, useJobsById, usePreviews } from "../api/queries";
import { Listening } from "../features/compare/Listening";
import { takesOfFiles, takesOfPreviews } from "../features/compare/takes";
import { useI18n } from "../i18n";
import { formatNumber } from "../i18n/format";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Empty, Skeleton } from "../ui/states";

/** Up to four sounds against each other: files by their ids, or the previews of a training. */
export default function Compare() {
  const { t } = useI18n();
  const { a, b, c, d, training } = useSearch({ from: "/app/compare" });
  const ids = useMemo(
    () => [...new Set([a, b, c, d].filter((id) => id !== undefined))],
    [a, b, c, d],
  );
  const files = useFilesById(ids);
  const makers = useMemo(
    () => [...new Set(files.flatMap(({ job_id }) => (job_id ? [job_id] : [])))],
    [files],
  );
  const jobs = useJobsById(makers);
  const previews = usePreviews({ id: training ?? "", kind: training ? "train" : "convert" });
  const takes = useMemo(
    () =>
      training
        ? takesOfPreviews(previews.data ?? [], (step) =>
            t("previewAt", { step: formatNumber(step) }),
          )
        : takesOfFiles(files, jobs),
    [training, previews.data, files, jobs, t],
  );
  const wanted = training ? 2 : ids.length;
  const ready = takes.length >= wanted && wanted >= 2 && jobs.length === makers.length;
  const loading = training ? previews.isPending : wanted >= 2 && !ready;
  return (
    <>
      <PageHead title={t("compareTakes")} lead={t("compareLead")} />
      {loading && <Skeleton rows={2} height="h-56" />}
      {ready && (
        <Listening
          key={takes.map(({ id }) => id).join()}
          takes={takes}
          subject={training ?? "files"}
        />
      )}
      {!loading && !ready && (
        <Empty
          icon={<GitCompareArrows aria-hidden className="size-7" />}
          title={t("nothingToCompare")}
          action={
            <ButtonLink to="/history" look="primary">
              {t("toHistory")}
            </ButtonLink>
          }
        >
          {t("nothingToCompareText")}
        </Empty>
      )}
    </>
  );
}
