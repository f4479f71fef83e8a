import { Link } from "@tanstack/react-router";
import { Mic, Plus } from "lucide-react";
import { useVoices } from "../api/queries";
import type { Voice } from "../api/types";
import { voiceRange, voiceState } from "../features/voice/voiceText";
import { useI18n } from "../i18n";
import { formatDate, formatHertz } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { ButtonLink } from "../ui/Button";
import { Orb } from "../ui/Orb";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, MoreButton, Skeleton } from "../ui/states";

export default function Voices() {
  const { t } = useI18n();
  const voices = useVoices();
  const make = (
    <ButtonLink to="/voices/new" look="primary" icon={<Plus aria-hidden className="size-4.5" />}>
      {t("makeVoice")}
    </ButtonLink>
  );
  return (
    <>
      <PageHead title={t("voices")} lead={t("voicesLead")} actions={make} />
      {voices.error && <Failure error={voices.error} retry={() => void voices.refetch()} />}
      {voices.isPending && <Skeleton rows={2} height="h-52" />}
      {voices.data?.length === 0 && (
        <Empty icon={<Mic aria-hidden className="size-7" />} title={t("noVoices")} action={make}>
          {t("noVoicesText")}
        </Empty>
      )}
      <ul aria-label={t("voices")} className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {voices.data?.map((voice) => (
          <li key={voice.id}>
            <VoiceCard voice={voice} />
          </li>
        ))}
      </ul>
      <MoreButton query={voices} />
    </>
  );
}

function VoiceCard({ voice }: { voice: Voice }) {
  const { t, language } = useI18n();
  const { label, tone } = voiceState(voice.state);
  const facts = [
    voice.quality !== null && t("qualityShort", { quality: Math.round(voice.quality) }),
    voiceRange(voice),
    voice.sample_rate && formatHertz(voice.sample_rate),
    formatDate(voice.created_at, language),
  ].filter(Boolean);
  return (
    <article className="card relative grid grid-cols-1 gap-5 p-5 transition-colors hover:border-edge">
      <div className="flex items-start justify-between">
        <Orb seed={voice.id} className="size-20" />
        <Badge tone={tone}>{t(label)}</Badge>
      </div>
      <div className="grid gap-1">
        <h2 className="truncate text-lg font-bold">
          <Link
            to="/voices/$voiceId"
            params={{ voiceId: voice.id }}
            className="after:absolute after:inset-0"
          >
            {voice.name}
          </Link>
        </h2>
        <p className="truncate text-sm text-faint">{facts.join(" · ")}</p>
        <p className="truncate text-sm text-muted">
          {voice.consent ? t("singerIs", { name: voice.consent.singer_name }) : t("noConsentYet")}
        </p>
      </div>
    </article>
  );
}
