import { useNavigate, useSearch } from "@tanstack/react-router";
import { AudioLines } from "lucide-react";
import { useJobs } from "../api/queries";
import { JobsAndResults } from "../features/JobsAndResults";
import { kindText, makesSound, RESULT_KINDS } from "../features/jobText";
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
      <JobsAndResults open={[...running, ...failed]} done={done} />
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
