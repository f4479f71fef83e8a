import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { usePreviews } from "../../api/queries";
import type { Job, JobEvent } from "../../api/types";
import { useI18n } from "../../i18n";
import { PlayButton } from "../../player/PlayButton";

/** The same phrase, rendered as the training went on. */
export function Previews({ job, history }: { job: Job; history: JobEvent[] }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const previews = usePreviews(job);
  const known = history.filter((event) => event.type === "preview").length;
  useEffect(() => {
    if (known > 0) void client.invalidateQueries({ queryKey: ["previews", job.id] });
  }, [known, client, job.id]);
  const list = previews.data ?? [];
  return (
    <section aria-labelledby="previews" className="card grid content-start gap-4 p-6">
      <div className="grid min-h-11 content-center">
        <h2 id="previews" className="text-lg font-bold">
          {t("previews")}
        </h2>
      </div>
      {list.length === 0 ? (
        <p className="text-faint">{t("noPreviews")}</p>
      ) : (
        <ol className="grid gap-1">
          {list.map((preview) => (
            <li key={preview.step} className="flex items-center gap-3 py-1">
              <PlayButton
                track={{
                  key: `${job.id}/${preview.step}`,
                  title: t("previewAt", { step: preview.step }),
                  subtitle: job.voice?.name ?? job.title,
                  url: preview.url,
                }}
              />
              <span className="flex-1 font-medium">
                {preview.step === 0 ? t("previewStart") : t("previewAt", { step: preview.step })}
              </span>
              <span className="text-sm text-faint tabular-nums">
                {t("melIs", { value: preview.mel_distance.toFixed(2) })}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
