import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AudioLines, Download, RotateCcw } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { AudioFile, Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { faderLevel, mixLevels } from "../../sound/levels";
import { Transport, useDeckKeys } from "../../sound/Transport";
import { type Decoded, useDeck, useSounds } from "../../sound/useDeck";
import { Button, buttonClass } from "../../ui/Button";
import { Failure } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { saveBlob } from "../saveBlob";
import { FaderStrip } from "./FaderStrip";
import { coverLevels, type Faders, isGenerated, startOf } from "./faders";
import { renderMix } from "./render";

/** The stems of a cover or a separation, to be heard together; opened by a click, since all are decoded. */
export function StemMixer({ job }: { job: Job }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const stems = job.results.filter((file) => file.stem && file.stem !== "mix");
  if (stems.length < 2 || stems.some((file) => file.state !== "ready")) return null;
  return (
    <section aria-labelledby="mixer" className="card grid grid-cols-1 gap-5 p-5 sm:p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="grid gap-1">
          <h2 id="mixer" className="text-lg font-bold">
            {t("mixer")}
          </h2>
          <p className="text-sm text-faint">{t("mixerText")}</p>
        </div>
        {!open && (
          <Button
            icon={<AudioLines aria-hidden className="size-4.5" />}
            onClick={() => setOpen(true)}
          >
            {t("openMixer")}
          </Button>
        )}
      </div>
      {open && <Desk job={job} stems={stems} />}
    </section>
  );
}

function Desk({ job, stems }: { job: Job; stems: AudioFile[] }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const takes = useMemo(
    () => stems.map((file) => ({ id: file.id, title: file.name, fileId: file.id })),
    [stems],
  );
  const [faders, setFaders] = useState(() => startOf(stems));
  const levels = mixLevels(faders);
  // A stem is fetched once it is to be heard: most never are.
  const [wanted, setWanted] = useState<ReadonlySet<string>>(() => heardOf(levels));
  const heard = heardOf(levels);
  if ([...heard].some((id) => !wanted.has(id))) setWanted(new Set([...wanted, ...heard]));
  const sounds = useSounds(takes.filter(({ id }) => wanted.has(id)));
  const ready = sounds.every(({ buffer }) => buffer);
  const failed = sounds.find(({ error }) => error);
  const { deck, playing, duration } = useDeck();
  useEffect(() => {
    for (const { take, buffer } of sounds) if (buffer) deck.add(take.id, buffer, 0);
    for (const [id, level] of Object.entries(levels)) deck.level(id, level);
  });
  useDeckKeys(deck, noKeys);
  const save = useAction({
    mutationFn: () => renderMix(mixed(sounds, levels), isGenerated(stems, levels)),
    onSuccess: (blob) => saveBlob(blob, `${nameOf(job)} - mix.wav`),
  });
  return (
    <>
      {failed && (
        <Failure
          error={failed.error}
          retry={() => void client.refetchQueries({ queryKey: ["sound"], type: "active" })}
        />
      )}
      <ul aria-label={t("mixer")} className="grid gap-2">
        {stems.map((file) => (
          <FaderStrip
            key={file.id}
            file={file}
            fader={faders[file.id] ?? { db: 0, muted: false, solo: false }}
            busy={wanted.has(file.id) && !sounds.find((one) => one.take.id === file.id)?.buffer}
            audible={(levels[file.id] ?? 0) > 0}
            onChange={(change) =>
              setFaders((old) => ({
                ...old,
                [file.id]: { ...(old[file.id] as Faders[string]), ...change },
              }))
            }
          />
        ))}
      </ul>
      <Transport deck={deck} playing={playing} duration={duration} disabled={!ready} />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          icon={<RotateCcw aria-hidden className="size-4.5" />}
          onClick={() => setFaders(startOf(stems))}
        >
          {t("resetMixer")}
        </Button>
        <Button
          icon={<Download aria-hidden className="size-4.5" />}
          busy={save.isPending}
          disabled={!ready || heard.size === 0}
          onClick={() => save.mutate()}
        >
          {t("saveMix")}
        </Button>
        {job.kind === "cover" && (
          <Link
            to="/convert"
            search={{ job: job.id, ...coverLevels(job, stems, faders) }}
            className={buttonClass("ghost")}
          >
            {t("coverWithThese")}
          </Link>
        )}
      </div>
      <p className="text-sm text-faint">{t("mixerHint")}</p>
    </>
  );
}

const noKeys = () => false;

const heardOf = (levels: Record<string, number>): ReadonlySet<string> =>
  new Set(Object.keys(levels).filter((id) => (levels[id] ?? 0) > faderLevel(-60)));

function mixed(sounds: Decoded[], levels: Record<string, number>) {
  return sounds.flatMap(({ take, buffer }) =>
    buffer ? [{ buffer, level: levels[take.id] ?? 0 }] : [],
  );
}

function nameOf(job: Job): string {
  return job.title.replace(/\.\w{2,5}$/, "");
}
