import { AudioLines } from "lucide-react";
import { useJobs } from "../api/queries";
import { AiNotice } from "../features/AiNotice";
import { JobCard } from "../features/JobCard";
import { ResultCard } from "../features/ResultCard";
import { useI18n } from "../i18n";
import { isFinished } from "../live/fresh";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, MoreButton, Skeleton } from "../ui/states";

export default function Results() {
  const { t } = useI18n();
  const jobs = useJobs({ kind: "convert" });
  const running = jobs.data?.filter((job) => !isFinished(job)) ?? [];
  const failed = jobs.data?.filter((job) => job.state === "failed") ?? [];
  const done = jobs.data?.filter((job) => job.results.length > 0) ?? [];
  return (
    <>
      <PageHead title={t("results")} lead={t("resultsLead")} />
      {jobs.error && <Failure error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isPending && <Skeleton rows={2} height="h-44" />}
      {jobs.data && running.length + failed.length + done.length === 0 && (
        <Empty
          icon={<AudioLines aria-hidden className="size-7" />}
          title={t("noResults")}
          action={
            <ButtonLink to="/convert" look="primary">
              {t("convertSong")}
            </ButtonLink>
          }
        >
          {t("noResultsText")}
        </Empty>
      )}
      {running.length + failed.length > 0 && (
        <section aria-labelledby="unfinished" className="grid grid-cols-1 gap-4 md:grid-cols-2">
          <h2 id="unfinished" className="sr-only">
            {t("unfinished")}
          </h2>
          {[...running, ...failed].map((job) => (
            <JobCard key={job.id} job={job} />
          ))}
        </section>
      )}
      {done.length > 0 && (
        <>
          <AiNotice />
          <section
            aria-labelledby="finished"
            className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3"
          >
            <h2 id="finished" className="sr-only">
              {t("finishedSongs")}
            </h2>
            {done.flatMap((job) =>
              job.results.map((file) => <ResultCard key={file.id} job={job} file={file} />),
            )}
          </section>
        </>
      )}
      <MoreButton query={jobs} />
    </>
  );
}
