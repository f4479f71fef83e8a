import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useDatasets, useFiles, useVoices } from "../api/queries";
import type { Job } from "../api/types";
import { type Key, useI18n } from "../i18n";
import { Bars } from "../ui/Bars";
import { ButtonLink } from "../ui/Button";
import { UploadButton } from "../uploads/UploadButton";
import { SamplesButton } from "./home/SamplesButton";

type Step = "upload" | "dataset" | "train" | "watch" | "convert";

const TEXTS: Record<Step, { title: Key; text: Key }> = {
  upload: { title: "nextUpload", text: "nextUploadText" },
  dataset: { title: "nextDataset", text: "nextDatasetText" },
  train: { title: "nextTrain", text: "nextTrainText" },
  watch: { title: "nextWatch", text: "nextWatchText" },
  convert: { title: "nextConvert", text: "nextConvertText" },
};
/** What the workspace has already. */
interface Facts {
  recording: boolean;
  dataset: boolean;
  voice: boolean;
  song: boolean;
  training: boolean;
}

const TRAIL: { key: Key; fact: keyof Facts }[] = [
  { key: "trailUpload", fact: "recording" },
  { key: "trailDataset", fact: "dataset" },
  { key: "trailTrain", fact: "voice" },
  { key: "trailConvert", fact: "song" },
];

interface Props {
  /** Undefined until it is known: the step depends on it too. */
  running: Job[] | undefined;
  /** Whether a song was made already. */
  sung: boolean;
}

/**
 * The one thing to do next, and the way to a first song with what is done of it. As high as its
 * highest step from the start: the answers that it waits for move nothing below it.
 */
export function NextStep({ running, sung }: Props) {
  const { t } = useI18n();
  const files = useFiles();
  const datasets = useDatasets();
  const voices = useVoices();
  const training = running?.find((job) => job.kind === "train");
  const waiting = !running || files.isPending || datasets.isPending || voices.isPending;
  const voice = voices.data?.some((one) => one.state === "ready") ?? false;
  const dataset = (datasets.data?.length ?? 0) > 0;
  const facts: Facts = {
    recording:
      dataset ||
      voice ||
      (files.data?.some((file) => file.state === "ready" && file.origin === "upload") ?? false),
    dataset: dataset || voice,
    voice,
    song: voice && sung,
    training: training !== undefined,
  };
  const step = waiting ? null : nextStep(facts);
  return (
    <section
      aria-labelledby={step ? "next-step" : undefined}
      className="card glow relative grid min-h-92 content-between gap-8 overflow-hidden p-6 sm:min-h-82 sm:p-9 min-[90rem]:min-h-68"
    >
      <Bars
        count={56}
        className="pointer-events-none absolute top-6 -right-10 hidden h-32 gap-1 opacity-70 [mask-image:linear-gradient(90deg,transparent,black_45%)] md:flex"
      />
      {step && (
        <>
          <div className="relative grid max-w-xl gap-2">
            <p className="text-sm font-semibold text-violet-soft">{t("nextStep")}</p>
            <h2 id="next-step" className="text-2xl font-bold tracking-tight sm:text-3xl">
              {t(TEXTS[step].title)}
            </h2>
            <p className="text-muted">{t(TEXTS[step].text)}</p>
          </div>
          <div className="relative flex flex-wrap items-end justify-between gap-6">
            {actionOf(step, t, training)}
            {!facts.song && <Trail facts={facts} />}
          </div>
        </>
      )}
    </section>
  );
}

function nextStep({ voice, training, dataset, recording }: Facts): Step {
  if (voice) return "convert";
  if (training) return "watch";
  if (dataset) return "train";
  return recording ? "dataset" : "upload";
}

function actionOf(step: Step, t: (key: Key) => string, training: Job | undefined): ReactNode {
  switch (step) {
    case "upload":
      return (
        <div className="flex flex-wrap gap-2">
          <UploadButton />
          <SamplesButton />
        </div>
      );
    case "dataset":
      return (
        <ButtonLink to="/library" look="primary" size="large">
          {t("makeDataset")}
        </ButtonLink>
      );
    case "train":
      return (
        <ButtonLink to="/voices/new" look="primary" size="large">
          {t("makeVoice")}
        </ButtonLink>
      );
    case "watch":
      return (
        training && (
          <ButtonLink to="/jobs/$jobId" params={{ jobId: training.id }} look="primary" size="large">
            {t("watchTraining")}
          </ButtonLink>
        )
      );
    case "convert":
      return (
        <ButtonLink to="/convert" look="primary" size="large">
          {t("convertSong")}
        </ButtonLink>
      );
  }
}

function Trail({ facts }: { facts: Facts }) {
  const { t } = useI18n();
  const at = TRAIL.findIndex(({ fact }) => !facts[fact]);
  return (
    <ol
      aria-label={t("trail")}
      className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm sm:gap-x-5"
    >
      {TRAIL.map(({ key, fact }, index) => (
        <li
          key={key}
          aria-current={index === at ? "step" : undefined}
          className={`flex items-center gap-2 ${index === at ? "font-semibold text-text" : "text-muted"}`}
        >
          <span
            className={`grid size-6 place-items-center rounded-full text-xs font-bold ${facts[fact] ? "bg-good/20 text-good" : index === at ? "bg-violet-deep text-white" : "bg-white/8"}`}
          >
            {facts[fact] ? <Check aria-label={t("done")} className="size-3.5" /> : index + 1}
          </span>
          {/* Four names are two lines of a phone: one is enough to see where one is. */}
          <span className={index === at ? "" : "max-sm:sr-only"}>{t(key)}</span>
        </li>
      ))}
    </ol>
  );
}
