import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Mic, PackageOpen, Plus } from "lucide-react";
import { useState } from "react";
import { useVoices, useVoiceTags } from "../api/queries";
import type { Voice } from "../api/types";
import { DemoButton } from "../features/voice/DemoButton";
import { VOICE_SORTS, type VoiceSort } from "../features/voice/sorts";
import { VoicePicture } from "../features/voice/VoicePicture";
import { voiceRange, voiceState } from "../features/voice/voiceText";
import { type Key, useI18n } from "../i18n";
import { formatDate } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { SearchField } from "../ui/SearchField";
import { StarsShown } from "../ui/Stars";
import { Empty, Failure, MoreButton, Skeleton } from "../ui/states";
import { useDebounced } from "../ui/useDebounced";

const SORT_LABELS: Record<VoiceSort, Key> = {
  newest: "sortNewest",
  quality: "sortQuality",
  rating: "sortRating",
  name: "sortName",
};

export default function Voices() {
  const { t } = useI18n();
  const { tag, sort } = useSearch({ from: "/app/voices" });
  const [search, setSearch] = useState("");
  const wanted = useDebounced(search.trim());
  const voices = useVoices({ search: wanted || undefined, tag, sort });
  const narrowed = wanted !== "" || tag !== undefined;
  const none = voices.data?.length === 0;
  const make = (
    <>
      <ButtonLink to="/voices/import" icon={<PackageOpen aria-hidden className="size-4.5" />}>
        {t("importVoice")}
      </ButtonLink>
      <ButtonLink to="/voices/new" look="primary" icon={<Plus aria-hidden className="size-4.5" />}>
        {t("makeVoice")}
      </ButtonLink>
    </>
  );
  return (
    <>
      <PageHead title={t("voices")} lead={t("voicesLead")} actions={make} />
      {!(none && !narrowed) && <Tools search={search} onSearch={setSearch} />}
      {voices.error && <Failure error={voices.error} retry={() => void voices.refetch()} />}
      {voices.isPending && <Skeleton rows={2} height="h-52" />}
      {none && (
        <Empty
          icon={<Mic aria-hidden className="size-7" />}
          title={t(narrowed ? "noVoiceMatch" : "noVoices")}
          action={
            narrowed ? undefined : <div className="flex flex-wrap justify-center gap-2">{make}</div>
          }
        >
          {t(narrowed ? "noVoiceMatchText" : "noVoicesText")}
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

/** Search, order and tags; the last two stand in the address. */
function Tools({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const { tag, sort } = useSearch({ from: "/app/voices" });
  const tags = useVoiceTags().data ?? [];
  return (
    <div className="grid gap-3">
      <div className="flex flex-col gap-3 sm:flex-row">
        <SearchField label={t("searchVoices")} value={search} onChange={onSearch} />
        <select
          aria-label={t("sortBy")}
          value={sort ?? "newest"}
          onChange={({ target }) =>
            void navigate({
              to: "/voices",
              search: { tag, sort: VOICE_SORTS.find((one) => one === target.value) },
              replace: true,
            })
          }
          className="control sm:w-44"
        >
          {VOICE_SORTS.map((one) => (
            <option key={one} value={one}>
              {t(SORT_LABELS[one])}
            </option>
          ))}
        </select>
      </div>
      {tags.length > 0 && (
        <ul aria-label={t("tags")} className="flex flex-wrap gap-2">
          {tags.map((one) => (
            <li key={one.tag}>
              <Link
                to="/voices"
                search={{ sort, tag: one.tag === tag ? undefined : one.tag }}
                aria-current={one.tag === tag ? "true" : undefined}
                className={`flex min-h-9 items-center gap-1.5 rounded-full px-3.5 text-sm font-medium ring-1 ring-inset ${one.tag === tag ? "bg-violet-deep text-white ring-violet" : "text-muted ring-line hover:text-text"}`}
              >
                {one.tag}
                <span className="text-xs tabular-nums opacity-75">{one.count}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function VoiceCard({ voice }: { voice: Voice }) {
  const { t, language } = useI18n();
  const { label, tone } = voiceState(voice.state);
  const facts = [
    voice.quality !== null && t("qualityShort", { quality: Math.round(voice.quality) }),
    voiceRange(voice),
    formatDate(voice.created_at, language),
  ].filter(Boolean);
  return (
    <article className="card relative grid h-full grid-cols-1 content-start gap-4 p-5 transition-colors hover:border-edge">
      <div className="flex items-start justify-between gap-3">
        <VoicePicture voice={voice} className="size-20" />
        <div className="flex items-center gap-3">
          <Badge tone={tone}>{t(label)}</Badge>
          <DemoButton voice={voice} />
        </div>
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
        <p className="flex items-center gap-2 text-sm text-muted">
          <span className="truncate">
            {voice.consent ? t("singerIs", { name: voice.consent.singer_name }) : t("noConsentYet")}
          </span>
          {voice.rating !== null && <StarsShown value={voice.rating} />}
        </p>
      </div>
      {voice.tags.length > 0 && (
        <ul aria-label={t("tags")} className="flex flex-wrap gap-1.5">
          {voice.tags.map((tag) => (
            <li key={tag}>
              <Badge>{tag}</Badge>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
