import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ear } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import { useJobs } from "../../api/queries";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSigned, noteName } from "../../i18n/format";
import { pitchOf } from "../../sound/look";
import { type Range, rangeOf } from "../../sound/picture";
import { useSound } from "../../sound/useDeck";
import { Button } from "../../ui/Button";
import type { Mode } from "./ModeChoice";
import { autoShift, bestShift, moved, overshoot, TOLERANCE, trainedRange } from "./range";

interface Props {
  mode: Mode;
  song: string;
  voice: Voice;
  autoKey: string;
  shift: number;
  onShift: (shift: number) => void;
}

/** Whether the song lies in the voice's range at this key, and the key that would bring it there. */
export function RangeNote({ mode, song, voice, autoKey, shift, onShift }: Props) {
  const { t } = useI18n();
  const known = useSongRange(mode, song);
  const trained = trainedRange(voice);
  if (!trained) return <p className="text-sm text-faint">{t("rangeVoiceUnknown")}</p>;
  if (!known.range) return <Unknown known={known} />;
  const auto = autoShift(autoKey, known.range, trained);
  const { below, above } = overshoot(moved(known.range, auto + shift), trained);
  const best = bestShift(moved(known.range, auto), trained, mode === "song" ? 12 : 1);
  const names = (range: Range) => `${noteName(range.low)}–${noteName(range.high)}`;
  const fits = below <= TOLERANCE && above <= TOLERANCE;
  const key = t("semitones", { value: formatSigned(best) });
  return (
    <div
      role="status"
      className={`grid gap-2 rounded-xl p-3.5 text-sm ring-1 ring-inset ${fits ? "bg-good/8 ring-good/30" : "bg-warn/8 ring-warn/40"}`}
    >
      <p className="text-muted">
        {t("rangeBoth", {
          song: names(moved(known.range, auto + shift)),
          voice: names(trained),
        })}
      </p>
      <p className={`font-medium ${fits ? "text-good" : "text-warn"}`}>
        {fits
          ? t("rangeFits")
          : [
              above > TOLERANCE && t("rangeAbove", { count: Math.round(above) }),
              below > TOLERANCE && t("rangeBelow", { count: Math.round(below) }),
            ]
              .filter(Boolean)
              .join(" ")}
      </p>
      {!fits && best !== shift && (
        <Button size="small" className="justify-self-start" onClick={() => onShift(best)}>
          {t("takeKey", { key })}
        </Button>
      )}
      {!fits && best === shift && <p className="text-faint">{t("rangeTooWide")}</p>}
    </div>
  );
}

type SongRange = ReturnType<typeof useSongRange>;

function Unknown({ known }: { known: SongRange }) {
  const { t } = useI18n();
  if (known.needsVocals) return <p className="text-sm text-faint">{t("rangeNeedsVocals")}</p>;
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm text-faint">
      <span className="min-w-0 flex-1">{t(known.silent ? "rangeSilent" : "rangeUnknown")}</span>
      {!known.silent && (
        <Button
          size="small"
          busy={known.busy}
          icon={<Ear aria-hidden className="size-4" />}
          onClick={known.listen}
        >
          {t("measureRange")}
        </Button>
      )}
    </div>
  );
}

/** What the server knows of a song; where that is nothing, the browser listens and tells it. */
function useSongRange(mode: Mode, song: string) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<string>();
  // The pitch of a whole song is that of its accompaniment too: only its vocals tell.
  const earlier = useJobs(mode === "song" ? { song, state: "succeeded" } : {}).data ?? [];
  const vocals = earlier
    .filter((job) => job.source?.id === song)
    .flatMap((job) => job.results)
    .find((file) => file.stem === "vocals" && file.state === "ready");
  const sung = mode === "vocal" ? song : vocals?.id;
  const card = useQuery({
    queryKey: ["file-pitch", sung],
    queryFn: () => api.filePitch(sung ?? ""),
    enabled: sung !== undefined,
    staleTime: 5 * 60_000,
  });
  const { data: buffer, error } = useSound(sung, asked === sung);
  const heard = useQuery({
    queryKey: ["heard-range", sung],
    queryFn: async () => {
      const range = rangeOf(await pitchOf(buffer as AudioBuffer));
      if (range && sung) {
        // Where it can't be kept, this browser knows it all the same.
        void keepRange(sung, range).then(
          (known) => client.setQueryData(["file-pitch", sung], known),
          () => undefined,
        );
      }
      return range ?? null;
    },
    enabled: buffer !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const { low_hz: low, median_hz: median, high_hz: high } = card.data ?? {};
  const range = low && median && high ? { low, median, high } : (heard.data ?? undefined);
  return {
    range,
    silent: heard.data === null || Boolean(error),
    busy: asked !== undefined && asked === sung && !heard.isFetched && !error,
    needsVocals: mode === "song" && !vocals,
    listen: () => setAsked(sung),
  };
}

const keepRange = (file: string, { low, median, high }: Range) =>
  api.keepPitch(file, { low_hz: low, median_hz: median, high_hz: high });
