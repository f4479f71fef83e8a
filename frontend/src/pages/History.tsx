import { useSearch } from "@tanstack/react-router";
import { AudioLines } from "lucide-react";
import { useCallback } from "react";
import { useJobs } from "../api/queries";
import { Filters } from "../features/history/Filters";
import { jobFilter } from "../features/history/filter";
import { HistoryList } from "../features/history/HistoryList";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, Skeleton } from "../ui/states";

/** Every conversion, cover, separation and cleaning, with its settings and what can be done with it. */
export default function History() {
  const { t } = useI18n();
  const wanted = useSearch({ from: "/app/history" });
  const jobs = useJobs(jobFilter(wanted));
  const { fetchNextPage, isFetchingNextPage } = jobs;
  const onMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const narrowed = Object.values(wanted).some(Boolean);
  return (
    <>
      <PageHead title={t("history")} lead={t("historyLead")} />
      <Filters />
      {jobs.error && <Failure error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isPending && <Skeleton rows={3} height="h-36" />}
      {jobs.data?.length === 0 && (
        <Empty
          icon={<AudioLines aria-hidden className="size-7" />}
          title={t(narrowed ? "noSuchJobs" : "noResults")}
          action={
            narrowed ? (
              <ButtonLink to="/history">{t("showAll")}</ButtonLink>
            ) : (
              <ButtonLink to="/convert" look="primary">
                {t("convertSong")}
              </ButtonLink>
            )
          }
        >
          {t(narrowed ? "noSuchJobsText" : "noResultsText")}
        </Empty>
      )}
      {jobs.data && jobs.data.length > 0 && (
        <HistoryList jobs={jobs.data} hasMore={jobs.hasNextPage} onMore={onMore} />
      )}
    </>
  );
}
