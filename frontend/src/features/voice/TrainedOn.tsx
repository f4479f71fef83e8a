import { Link } from "@tanstack/react-router";
import { Layers } from "lucide-react";
import { useDatasets, useJobs } from "../../api/queries";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate, formatNumber } from "../../i18n/format";

/** The datasets that the voice was trained on, each training with its date. */
export function TrainedOn({ voice }: { voice: Voice }) {
  const { t, language } = useI18n();
  const trainings = useJobs({ kind: "train", voice: voice.id, state: "succeeded" }).data ?? [];
  const there = new Set(useDatasets().data?.map((dataset) => dataset.id));
  if (trainings.length === 0) return null;
  return (
    <section aria-labelledby="trained-on" className="card grid grid-cols-1 content-start gap-3 p-6">
      <h2 id="trained-on" className="flex items-center gap-2.5 text-lg font-bold">
        <Layers aria-hidden className="size-5 text-violet-soft" />
        {t("trainedOn")}
      </h2>
      <ul className="divide-y divide-line">
        {trainings.map((job) => (
          <li key={job.id} className="flex items-center gap-4 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">
                {job.source && there.has(job.source.id) ? (
                  <Link
                    to="/datasets/$datasetId"
                    params={{ datasetId: job.source.id }}
                    className="hover:underline"
                  >
                    {job.source.name}
                  </Link>
                ) : (
                  (job.source?.name ?? "–")
                )}
              </p>
              <p className="text-sm text-faint tabular-nums">
                {[
                  job.finished_at && formatDate(job.finished_at, language),
                  job.step != null && `${t("step")} ${formatNumber(job.step)}`,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <Link
              to="/jobs/$jobId"
              params={{ jobId: job.id }}
              className="min-h-9 content-center text-sm font-semibold text-violet-soft hover:underline"
            >
              {t("trainingRecord")}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
