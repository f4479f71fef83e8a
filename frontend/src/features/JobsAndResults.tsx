import type { Job } from "../api/types";
import { useI18n } from "../i18n";
import { AiNotice } from "./AiNotice";
import { JobCard } from "./JobCard";
import { mainResults } from "./jobText";
import { ResultCard } from "./ResultCard";

interface Props {
  /** Shown as jobs, in this order. */
  open: Job[];
  /** Shown by what they made. */
  done: Job[];
}

/** What is not finished yet, then the sounds that were made. */
export function JobsAndResults({ open, done }: Props) {
  const { t } = useI18n();
  const results = done.flatMap((job) => mainResults(job).map((file) => ({ job, file })));
  return (
    <>
      {open.length > 0 && (
        <section aria-labelledby="unfinished" className="grid grid-cols-1 gap-4 md:grid-cols-2">
          <h2 id="unfinished" className="sr-only">
            {t("unfinished")}
          </h2>
          {open.map((job) => (
            <JobCard key={job.id} job={job} />
          ))}
        </section>
      )}
      {done.length > 0 && (
        <>
          {results.some(({ file }) => file.ai_generated) && <AiNotice />}
          <section
            aria-labelledby="finished"
            className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3"
          >
            <h2 id="finished" className="sr-only">
              {t("finishedSongs")}
            </h2>
            {results.map(({ job, file }) => (
              <ResultCard key={file.id} job={job} file={file} />
            ))}
          </section>
        </>
      )}
    </>
  );
}
