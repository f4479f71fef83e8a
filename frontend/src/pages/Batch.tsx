import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useJobs } from "../api/queries";
import type { Job } from "../api/types";
import { JobsAndResults } from "../features/JobsAndResults";
import { BatchGrid } from "../features/job/BatchGrid";
import { progressOf } from "../features/job/batch";
import { CancelBatch } from "../features/job/CancelBatch";
import { gridOf } from "../features/job/grid";
import { kindText, singersOf } from "../features/jobText";
import { useI18n } from "../i18n";
import { NotFound } from "../shell/NotFound";
import { PageHead } from "../ui/PageHead";
import { ProgressBar } from "../ui/Progress";
import { Failure, Skeleton } from "../ui/states";

/** Jobs that were started together. */
export default function Batch() {
  const { batchId } = useParams({ from: "/app/batches/$batchId" });
  const jobs = useJobs({ batch: batchId });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = jobs;
  useEffect(() => {
    // A batch is bounded: all of it counts for its progress.
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (jobs.data?.length === 0) return <NotFound />;
  return (
    <>
      {jobs.error && <Failure error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.isPending && <Skeleton rows={3} height="h-40" />}
      {jobs.data && <Jobs batch={batchId} jobs={jobs.data} />}
    </>
  );
}

function Jobs({ batch, jobs }: { batch: string; jobs: Job[] }) {
  const { t } = useI18n();
  const { all, ended, failed, fraction } = progressOf(jobs);
  const first = jobs[0];
  if (!first) return null;
  const open = jobs.filter((job) => job.results.length === 0);
  const done = jobs.filter((job) => job.results.length > 0);
  const kind = t(kindText(first.kind).label);
  const title = t("batchOf", { kind, count: all });
  return (
    <>
      <PageHead
        title={title}
        lead={[...new Set(jobs.map(singersOf))].join(", ") || undefined}
        actions={<CancelBatch batch={batch} jobs={jobs} />}
      />
      <section aria-label={t("progress")} className="card grid gap-3 p-6">
        <p className="flex items-baseline justify-between gap-4">
          <span className="text-4xl font-bold tracking-tight tabular-nums">
            {Math.floor(fraction * 100)}
            <span className="text-xl text-faint">%</span>
          </span>
          <span role="status" className="text-right text-sm text-muted">
            {t("batchEnded", { done: ended, all })}
            {failed > 0 ? ` · ${t("batchFailed", { count: failed })}` : ""}
          </span>
        </p>
        <ProgressBar label={t("progressOf", { name: title })} fraction={fraction} />
      </section>
      {gridOf(jobs).columns.length > 1 ? (
        <BatchGrid jobs={jobs} title={title} />
      ) : (
        <JobsAndResults open={open} done={done} />
      )}
    </>
  );
}
