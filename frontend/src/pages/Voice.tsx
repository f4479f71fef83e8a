import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, GraduationCap, WandSparkles } from "lucide-react";
import { isNotFound } from "../api/errors";
import { useVoice } from "../api/queries";
import type { Voice as VoiceData } from "../api/types";
import { useOptionText } from "../features/optionText";
import { Checkpoints } from "../features/voice/Checkpoints";
import { ConsentCard } from "../features/voice/ConsentCard";
import { ContinueTraining } from "../features/voice/ContinueTraining";
import { DemoCard } from "../features/voice/DemoCard";
import { ExportCard } from "../features/voice/ExportCard";
import { PictureButton } from "../features/voice/PictureButton";
import { QualityCard } from "../features/voice/QualityCard";
import { RangeCard } from "../features/voice/RangeCard";
import { ShareCard } from "../features/voice/ShareCard";
import { StarterNotice } from "../features/voice/StarterNotice";
import { usesStarter } from "../features/voice/starter";
import { TrainedOn } from "../features/voice/TrainedOn";
import { VoiceMenu } from "../features/voice/VoiceMenu";
import { VoiceTags } from "../features/voice/VoiceTags";
import { improvement, voiceState } from "../features/voice/voiceText";
import { type Translate, useI18n } from "../i18n";
import { formatDate, formatHertz, formatNumber } from "../i18n/format";
import { NotFound } from "../shell/NotFound";
import { Badge } from "../ui/Badge";
import { ButtonLink } from "../ui/Button";
import { type Fact, Facts } from "../ui/Facts";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

export default function Voice() {
  const { t } = useI18n();
  const { voiceId } = useParams({ from: "/app/voices/$voiceId" });
  const voice = useVoice(voiceId);
  if (isNotFound(voice.error)) return <NotFound />;
  return (
    <>
      <Link
        to="/voices"
        className="-mb-4 flex items-center gap-1 text-sm text-muted hover:text-text"
      >
        <ChevronLeft aria-hidden className="size-4" />
        {t("voices")}
      </Link>
      {voice.error && <Failure error={voice.error} retry={() => void voice.refetch()} />}
      {voice.isPending && <Skeleton rows={3} height="h-40" />}
      {voice.data && <Details voice={voice.data} />}
    </>
  );
}

function Details({ voice }: { voice: VoiceData }) {
  const { t, language } = useI18n();
  const { label, tone } = voiceState(voice.state);
  return (
    <>
      <div className="flex flex-col gap-6 sm:flex-row sm:items-center">
        <span className="self-start sm:self-auto">
          <PictureButton voice={voice} />
        </span>
        <div className="grid min-w-0 flex-1 grid-cols-1 gap-3">
          <PageHead
            title={voice.name}
            above={
              <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Badge tone={tone}>{t(label)}</Badge>
                {voice.made_by && (
                  <span className="text-sm text-faint">
                    {t("madeBy", {
                      who: voice.made_by,
                      date: formatDate(voice.created_at, language),
                    })}
                  </span>
                )}
              </span>
            }
            actions={
              <>
                {/* A line of its own on a phone: whether three fit beside each other is a font's affair. */}
                <span className="max-sm:basis-full max-sm:*:w-full empty:hidden">
                  <MainAction voice={voice} />
                </span>
                <ContinueTraining voice={voice} />
                <VoiceMenu voice={voice} />
              </>
            }
          />
          <VoiceTags voice={voice} />
        </div>
      </div>
      {voice.state === "disabled" && (
        <p role="status" className="rounded-2xl bg-warn/12 px-5 py-4 text-warn">
          {t("voiceDisabledText")}
        </p>
      )}
      {usesStarter(voice) && <StarterNotice text="starterWas" />}
      <QualityCard voice={voice} />
      <div className="grid grid-cols-1 gap-5 empty:hidden lg:grid-cols-2">
        <RangeCard voice={voice} />
        <DemoCard voice={voice} />
      </div>
      <VoiceFacts voice={voice} />
      <Checkpoints voice={voice} />
      <TrainedOn voice={voice} />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <ConsentCard voice={voice} />
        <div className="grid grid-cols-1 gap-5">
          <ShareCard />
          <ExportCard voice={voice} />
        </div>
      </div>
    </>
  );
}

function MainAction({ voice }: { voice: VoiceData }) {
  const { t } = useI18n();
  if (voice.state === "ready") {
    return (
      <ButtonLink
        to="/convert"
        search={{ voice: voice.id }}
        look="primary"
        icon={<WandSparkles aria-hidden className="size-4.5" />}
      >
        {t("convertWithVoice")}
      </ButtonLink>
    );
  }
  if (voice.state === "training" && voice.job_id) {
    return (
      <ButtonLink to="/jobs/$jobId" params={{ jobId: voice.job_id }} look="primary">
        {t("watchTraining")}
      </ButtonLink>
    );
  }
  if (voice.state === "draft" || voice.state === "failed") {
    return (
      <ButtonLink
        to="/voices/new"
        search={{ voice: voice.id }}
        look="primary"
        icon={<GraduationCap aria-hidden className="size-4.5" />}
      >
        {t("trainThisVoice")}
      </ButtonLink>
    );
  }
  return null;
}

function VoiceFacts({ voice }: { voice: VoiceData }) {
  const { t } = useI18n();
  const optionText = useOptionText();
  return (
    <Facts
      facts={[
        [t("sampleRate"), voice.sample_rate ? formatHertz(voice.sample_rate) : undefined],
        [t("modelSize"), voice.preset ? optionText(voice.preset) : undefined],
        [t("encoder"), voice.encoder ? optionText(voice.encoder) : undefined],
        [
          t("trainedSteps"),
          voice.trained_steps != null ? formatNumber(voice.trained_steps) : undefined,
        ],
        // The score has its own, measured on more than the reference phrase.
        ...(voice.scores ? [] : [[t("melDistance"), melText(voice, t)] satisfies Fact]),
      ]}
    />
  );
}

function melText(voice: VoiceData, t: Translate): string | undefined {
  if (voice.mel_distance_end == null) return undefined;
  const better = improvement(voice);
  const gain = better ? ` (${t("betterBy", { percent: better })})` : "";
  return `${voice.mel_distance_end.toFixed(2)}${gain}`;
}
