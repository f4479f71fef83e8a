import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useCheckpoints, usePreviews, useVoice } from "../../api/queries";
import type { Checkpoint, Job, JobEvent, Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";
import { PlayButton } from "../../player/PlayButton";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { CompareTraining } from "../compare/CompareTraining";
import { Spectrogram } from "../spectrogram/Spectrogram";
import { useChoose } from "../voice/useChoose";
import { type Phrase, phrasesOf } from "./phrases";

/** The same phrase at every checkpoint: to be heard, seen and compared by its scores. */
export function Phrases({ job, history }: { job: Job; history: JobEvent[] }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const previews = usePreviews(job);
  const known = history.filter((event) => event.type === "preview").length;
  useEffect(() => {
    if (known > 0) void client.invalidateQueries({ queryKey: ["previews", job.id] });
  }, [known, client, job.id]);
  const choice = useOwnCheckpoints(job);
  const phrases = phrasesOf(history, previews.data ?? []);
  return (
    <section aria-labelledby="phrases" className="card grid grid-cols-1 gap-4 p-5 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="grid gap-1">
          <h2 id="phrases" className="text-lg font-bold">
            {t("phrases")}
          </h2>
          <p className="text-sm text-faint">{t("phrasesText")}</p>
        </div>
        <CompareTraining job={job} />
      </div>
      {phrases.length === 0 ? (
        <p className="text-faint">{t("noPreviews")}</p>
      ) : (
        <ol className="divide-y divide-line">
          {phrases.map((phrase) => (
            <Row
              key={phrase.step}
              job={job}
              phrase={phrase}
              voice={choice?.voice}
              checkpoint={choice?.checkpoints.find((one) => one.step === phrase.step)}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

/** The checkpoints to choose from, where the voice's last training is this one. */
function useOwnCheckpoints(job: Job) {
  const done = job.state === "succeeded" && job.voice !== null;
  const voice = useVoice(job.voice?.id ?? "", done).data;
  const own = voice?.job_id === job.id ? voice : undefined;
  const checkpoints = useCheckpoints(own ?? { id: "", checkpoints: 0 }).data;
  return own && checkpoints ? { voice: own, checkpoints } : undefined;
}

interface RowProps {
  job: Job;
  phrase: Phrase;
  voice: Voice | undefined;
  checkpoint: Checkpoint | undefined;
}

function Row({ job, phrase, voice, checkpoint }: RowProps) {
  const { t } = useI18n();
  const { step, scores, preview, best } = phrase;
  const number = formatNumber(step);
  const title = step === 0 ? t("previewStart") : t("previewAt", { step: number });
  const facts = [
    scores?.speaker_similarity != null &&
      `${t("partSimilarity")} ${scores.speaker_similarity.toFixed(2)}`,
    t("melIs", { value: (scores?.mel_distance ?? preview?.mel_distance ?? 0).toFixed(2) }),
  ].filter(Boolean);
  return (
    <li
      aria-label={title}
      className="grid grid-cols-[2.75rem_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-3 py-3 md:grid-cols-[2.75rem_12rem_minmax(0,1fr)_7rem]"
    >
      {preview ? (
        <PlayButton
          track={{
            key: `${job.id}/${step}`,
            title,
            subtitle: job.voice?.name ?? job.title,
            url: preview.url,
          }}
        />
      ) : (
        <span />
      )}
      <p className="grid min-w-0 gap-0.5">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          {title}
          {scores && (
            <span className="text-violet-soft tabular-nums">
              {t("points", { quality: Math.round(scores.quality) })}
            </span>
          )}
          {best && <Badge tone="good">{t("bestOne")}</Badge>}
        </span>
        <span className="text-sm text-faint tabular-nums">{facts.join(" · ")}</span>
      </p>
      <div className="max-md:order-last max-md:col-span-3 max-md:empty:hidden">
        {preview && (
          <Spectrogram
            name={`${job.id}/${step}/${preview.mel_distance}`}
            url={preview.url}
            label={t("spectrogramOfPreview", { name: title })}
            className="h-14 w-full"
          />
        )}
      </div>
      <div className="justify-self-end">
        {voice && checkpoint && <Choose voice={voice} checkpoint={checkpoint} />}
      </div>
    </li>
  );
}

function Choose({ voice, checkpoint }: { voice: Voice; checkpoint: Checkpoint }) {
  const { t } = useI18n();
  const choose = useChoose(voice);
  if (checkpoint.chosen) return <Badge tone="violet">{t("inUse")}</Badge>;
  return (
    <Button
      size="small"
      aria-label={t("useStep", { step: formatNumber(checkpoint.step) })}
      busy={choose.isPending}
      disabled={voice.state !== "ready"}
      onClick={() => choose.mutate(checkpoint.id)}
    >
      {t("useThis")}
    </Button>
  );
}
