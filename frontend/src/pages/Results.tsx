import { useNavigate, useSearch } from "@tanstack/react-router";
import { AudioLines } from "lucide-react";
import { useJobs } from "../api/queries";
import { AiNotice } from "../features/AiNotice";
import { JobCard } from "../features/JobCard";
import { kindText, mainResults, makesSound, RESULT_KINDS } from "../features/jobText";
import { ResultCard } from "../features/ResultCard";
import { useI18n } from "../i18n";
import { isFinished } from "../live/fresh";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, MoreButton, Skeleton } from "../ui/states";

export default function Results() {
  const { t } = useI18n();
  const { kind } = useSearch({ from: "/app/results" });
  const jobs = useJobs(kind ? { kind } : {});
  const shown = jobs.data?.filter(makesSound) ?? [];
  const running = shown.filter((job) => !isFinished(job));
  const failed = shown.filter((job) => job.state === "failed");
  const done = shown.filter((job) => job.results.length > 0);
  return (
    <>
      <PageHead title={t("results")} lead={t("resultsLead")} actions={<KindFilter />} />
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
              mainResults(job).map((file) => <ResultCard key={file.id} job={job} file={file} />),
            )}
          </section>
        </>
      )}
      <MoreButton query={jobs} />
    </>
  );
}

function KindFilter() {
  const { t } = useI18n();
  const { kind } = useSearch({ from: "/app/results" });
  const navigate = useNavigate();
  return (
    <select
      aria-label={t("kindOfResult")}
      value={kind ?? ""}
      onChange={(event) =>
        void navigate({
          to: "/results",
          search: { kind: RESULT_KINDS.find((one) => one === event.target.value) },
          replace: true,
        })
      }
      className="control w-44"
    >
      <option value="">{t("originAll")}</option>
      {RESULT_KINDS.map((one) => (
        <option key={one} value={one}>
          {t(kindText(one).label)}
        </option>
      ))}
    </select>
  );
}
