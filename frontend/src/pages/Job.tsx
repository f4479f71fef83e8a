import { useParams } from "@tanstack/react-router";
import { isNotFound } from "../api/errors";
import { useJob } from "../api/queries";
import type { Job as JobData } from "../api/types";
import { AiNotice } from "../features/AiNotice";
import { AgainActions } from "../features/history/AgainActions";
import { JobBadge } from "../features/JobBadge";
import { JobActions } from "../features/job/JobActions";
import { JobLog } from "../features/job/JobLog";
import { LeaveNote } from "../features/job/LeaveNote";
import { LossCurve } from "../features/job/LossCurve";
import { NewestScores } from "../features/job/NewestScores";
import { Outcome } from "../features/job/Outcome";
import { Phrases } from "../features/job/Phrases";
import { ProgressPanel } from "../features/job/ProgressPanel";
import { QualityCurve } from "../features/job/QualityCurve";
import { StemList } from "../features/job/StemList";
import { useJobHistory } from "../features/job/useJobHistory";
import { kindText, makesSound, singersOf } from "../features/jobText";
import { StemMixer } from "../features/mixer/StemMixer";
import { ResultCard } from "../features/ResultCard";
import { useI18n } from "../i18n";
import { NotFound } from "../shell/NotFound";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

export default function Job() {
  const { jobId } = useParams({ from: "/app/jobs/$jobId" });
  const job = useJob(jobId);
  if (isNotFound(job.error)) return <NotFound />;
  return (
    <>
      {job.error && <Failure error={job.error} retry={() => void job.refetch()} />}
      {job.isPending && <Skeleton rows={3} height="h-48" />}
      {job.data && <Details key={jobId} job={job.data} />}
    </>
  );
}

function Details({ job }: { job: JobData }) {
  const { t } = useI18n();
  const history = useJobHistory(job);
  return (
    <>
      <PageHead
        title={job.title}
        above={
          <span className="flex items-center gap-2">
            <JobBadge job={job} />
            <span className="text-sm text-faint">
              {[t(kindText(job.kind).label), makesSound(job) && singersOf(job)]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </span>
        }
        actions={
          <>
            <AgainActions job={job} />
            <JobActions job={job} />
          </>
        }
      />
      <Outcome job={job} />
      {makesSound(job) && job.results.length > 0 && (
        <section aria-labelledby="results" className="grid grid-cols-1 gap-4">
          <h2 id="results" className="text-lg font-bold">
            {t("results")}
          </h2>
          {job.kind === "cover" ? (
            <StemList job={job} />
          ) : (
            <div className="grid grid-cols-1 gap-4 md:grid-cols-2">
              {job.results.map((file) => (
                <ResultCard key={file.id} job={job} file={file} />
              ))}
            </div>
          )}
          {job.results.some((file) => file.ai_generated) && <AiNotice />}
        </section>
      )}
      <StemMixer job={job} />
      <ProgressPanel job={job} />
      <LeaveNote job={job} />
      {job.kind === "train" && (
        <>
          <NewestScores job={job} />
          <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
            <QualityCurve history={history} />
            <LossCurve history={history} />
          </div>
          <Phrases job={job} history={history} />
        </>
      )}
      <JobLog history={history} />
    </>
  );
}
