import { Link } from "@tanstack/react-router";
import { useJobs } from "../api/queries";
import { HowItWorks } from "../features/HowItWorks";
import { Figures } from "../features/home/Figures";
import { JobCard } from "../features/JobCard";
import { mainResults, makesSound } from "../features/jobText";
import { NextStep } from "../features/NextStep";
import { ResultCard } from "../features/ResultCard";
import { useI18n } from "../i18n";
import { isFinished } from "../live/fresh";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

export default function Home() {
  const { t } = useI18n();
  const jobs = useJobs();
  const running = jobs.isPending ? undefined : (jobs.data ?? []).filter((job) => !isFinished(job));
  const results = jobs.data?.filter((job) => makesSound(job) && job.results.length > 0) ?? [];
  return (
    <>
      <PageHead title={t("homeTitle")} />
      <NextStep running={running} sung={results.length > 0} />
      <Figures />
      {jobs.error && <Failure error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.data?.length === 0 && <HowItWorks />}
      {jobs.isPending && <Skeleton rows={2} height="h-32" />}
      {running && running.length > 0 && (
        <section aria-labelledby="running" className="grid gap-4">
          <div className="flex items-baseline justify-between">
            <h2 id="running" className="text-lg font-bold">
              {t("runningNow")}
            </h2>
            <Link to="/jobs" className="text-sm font-medium text-violet-soft hover:underline">
              {t("allJobs")}
            </Link>
          </div>
          <div className="grid grid-cols-1 gap-4 md:grid-cols-2">
            {running.slice(0, 6).map((job) => (
              <JobCard key={job.id} job={job} />
            ))}
          </div>
        </section>
      )}
      {results.length > 0 && (
        <section aria-labelledby="recent" className="grid gap-4">
          <div className="flex items-baseline justify-between">
            <h2 id="recent" className="text-lg font-bold">
              {t("recentResults")}
            </h2>
            <Link to="/history" className="text-sm font-medium text-violet-soft hover:underline">
              {t("seeAll")}
            </Link>
          </div>
          <div className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3">
            {results
              .slice(0, 6)
              .flatMap((job) =>
                mainResults(job).map((file) => <ResultCard key={file.id} job={job} file={file} />),
              )}
          </div>
        </section>
      )}
    </>
  );
}
