import { useSearch } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useCallback, useState } from "react";
import { api } from "../api/calls";
import { useJobs } from "../api/queries";
import type { Job } from "../api/types";
import { toFilter } from "../features/jobs/filter";
import { JobFilters } from "../features/jobs/JobFilters";
import { JobList } from "../features/jobs/JobList";
import { JobSelection } from "../features/jobs/JobSelection";
import { useForEachJob } from "../features/jobs/useForEachJob";
import { withChoice } from "../features/withChoice";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { Confirm } from "../ui/Dialog";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, Skeleton } from "../ui/states";

export default function Jobs() {
  const { t } = useI18n();
  const search = useSearch({ from: "/app/jobs" });
  const jobs = useJobs(toFilter(search, new Date()));
  const { chosen, choose, drop, clear } = useChosen();
  const [asked, setAsked] = useState<Job[]>([]);
  // A retried job can be cancelled before its answer is here: that answer closes no question.
  const retry = useForEachJob(api.retryJob, drop);
  const cancel = useForEachJob(api.cancelJob, (jobs) => {
    drop(jobs);
    setAsked((now) => (now === jobs ? [] : now));
  });
  const verbs = { cancel: setAsked, retry: retry.mutate };
  const selected = jobs.data?.filter((job) => chosen.has(job.id)) ?? [];
  const narrowed = Object.values(search).some((part) => part !== undefined);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = jobs;
  return (
    <>
      <PageHead title={t("jobs")} lead={t("jobsLead")} />
      <JobFilters />
      {jobs.error && <Failure error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isPending && <Skeleton rows={8} />}
      {jobs.data?.length === 0 && <None narrowed={narrowed} />}
      {jobs.data && jobs.data.length > 0 && (
        <JobList
          jobs={jobs.data}
          chosen={chosen}
          onChoose={choose}
          more={hasNextPage && !isFetchingNextPage ? fetchNextPage : undefined}
          complete={!hasNextPage}
          {...verbs}
        />
      )}
      {selected.length > 0 && (
        <JobSelection
          jobs={selected}
          busy={cancel.isPending || retry.isPending}
          onClear={clear}
          {...verbs}
        />
      )}
      <Confirm
        open={asked.length > 0}
        onClose={() => setAsked([])}
        onConfirm={() => cancel.mutate(asked)}
        busy={cancel.isPending}
        title={asked.length > 1 ? t("cancelManyTitle", { count: asked.length }) : t("cancelTitle")}
        description={t("cancelText")}
        action={t("cancelJob")}
      />
    </>
  );
}

/** The ids that are ticked. */
function useChosen() {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = useCallback(
    (id: string, on: boolean) => setChosen((old) => withChoice(old, id, on)),
    [],
  );
  const drop = (jobs: Job[]) => {
    for (const job of jobs) choose(job.id, false);
  };
  const clear = useCallback(() => setChosen(new Set()), []);
  return { chosen, choose, drop, clear };
}

function None({ narrowed }: { narrowed: boolean }) {
  const { t } = useI18n();
  return (
    <Empty
      icon={<ListChecks aria-hidden className="size-7" />}
      title={t(narrowed ? "noJobMatch" : "noJobs")}
      action={
        narrowed ? (
          <ButtonLink to="/jobs" search={{}}>
            {t("showAllJobs")}
          </ButtonLink>
        ) : (
          <div className="flex flex-wrap justify-center gap-2">
            <ButtonLink to="/voices/new" look="primary">
              {t("makeVoice")}
            </ButtonLink>
            <ButtonLink to="/convert">{t("convertSong")}</ButtonLink>
          </div>
        )
      }
    >
      {t(narrowed ? "noJobMatchText" : "noJobsText")}
    </Empty>
  );
}
