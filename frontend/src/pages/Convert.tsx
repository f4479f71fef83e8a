import { useNavigate, useSearch } from "@tanstack/react-router";
import { Mic, Music2, WandSparkles } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useFiles, useJob, useVoices } from "../api/queries";
import type { Job } from "../api/types";
import { AutoKeyField } from "../features/convert/AutoKeyField";
import { BlendFields } from "../features/convert/BlendFields";
import { GridPart } from "../features/convert/GridPart";
import { GridQuote } from "../features/convert/GridQuote";
import { type Mode, ModeChoice } from "../features/convert/ModeChoice";
import { PitchField } from "../features/convert/PitchField";
import { PresetPart } from "../features/convert/PresetPart";
import { RangeNote } from "../features/convert/RangeNote";
import { SongChoice } from "../features/convert/SongChoice";
import { SoundPart } from "../features/convert/SoundPart";
import { useConvert } from "../features/convert/useConvert";
import { VoiceChoice } from "../features/convert/VoiceChoice";
import { withinLimits } from "../features/knobs";
import { QuoteLine } from "../features/QuoteLine";
import { type Key, type Translate, useI18n } from "../i18n";
import { Button, ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, Skeleton } from "../ui/states";
import { useLater } from "../ui/useLater";
import { UploadButton } from "../uploads/UploadButton";

/** In one request. */
const MOST_SONGS = 50;
const MOST_CELLS = 100;

export default function Convert() {
  const { t } = useI18n();
  const voices = useVoices();
  const songs = useFiles({ state: "ready" });
  const error = voices.error ?? songs.error;
  const usable = voices.data?.filter((voice) => voice.state === "ready");
  return (
    <>
      <PageHead title={t("convert")} lead={t("convertLead")} />
      {error && (
        <Failure
          error={error}
          retry={() => void Promise.all([voices.refetch(), songs.refetch()])}
        />
      )}
      {(voices.isPending || songs.isPending) && !error && <Skeleton rows={2} height="h-56" />}
      {usable && songs.data && usable.length === 0 && (
        <Empty
          icon={<Mic aria-hidden className="size-7" />}
          title={t("noReadyVoice")}
          action={
            <ButtonLink to="/voices/new" look="primary">
              {t("makeVoice")}
            </ButtonLink>
          }
        >
          {t("noReadyVoiceText")}
        </Empty>
      )}
      {usable && usable.length > 0 && songs.data?.length === 0 && (
        <Empty
          icon={<Music2 aria-hidden className="size-7" />}
          title={t("noSong")}
          action={<UploadButton />}
        >
          {t("noSongText")}
        </Empty>
      )}
      {usable && usable.length > 0 && songs.data && songs.data.length > 0 && <Loaded />}
    </>
  );
}

/** The form, once the job is there that it is to begin with. */
function Loaded() {
  const { job: id } = useSearch({ from: "/app/convert" });
  const job = useJob(id ?? "", id !== undefined);
  if (id !== undefined && job.isPending && !job.error) return <Skeleton rows={2} height="h-56" />;
  return <ConvertForm key={id} job={job.data} />;
}

function ConvertForm({ job }: { job: Job | undefined }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const search = useSearch({ from: "/app/convert" });
  const [touched, setTouched] = useState(false);
  const later = useLater();
  const form = useConvert(search, job, ({ batch, jobs }) => {
    const [first] = jobs;
    return first && jobs.length === 1
      ? navigate({ to: "/jobs/$jobId", params: { jobId: first.id } })
      : navigate({ to: "/batches/$batchId", params: { batchId: batch } });
  });
  const { values, params, sides } = form;
  const cells = sides.songs * sides.voices * sides.settings;
  const song = values.songs.size === 1 ? [...values.songs][0] : undefined;
  const missing: Key | null =
    values.songs.size === 0
      ? "missingSong"
      : values.songs.size > MOST_SONGS
        ? "tooManySongs"
        : cells > MOST_CELLS
          ? "tooManyCells"
          : !values.voice
            ? "missingVoice"
            : withinLimits(form.knobs, params)
              ? null
              : "missingLimits";

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    // The forms of dialogs send their events through here too: they are no start.
    if (event.target !== event.currentTarget) return;
    setTouched(true);
    if (!missing) form.start();
  }

  return (
    <form
      onSubmit={onSubmit}
      noValidate
      className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]"
    >
      <div className="grid grid-cols-1 gap-5">
        <section aria-label={t("whatIsIt")} className="card p-5 sm:p-6">
          <ModeChoice value={values.mode} onChange={(mode) => form.set({ mode })} />
        </section>
        <Part title={t("chooseSongs")}>
          <SongChoice chosen={values.songs} onChange={(songs) => form.set({ songs })} />
        </Part>
      </div>
      <div className="grid grid-cols-1 gap-5">
        <Part title={t("chooseVoice")}>
          <VoiceChoice value={values.voice} onChange={(voice) => form.set({ voice, blend: [] })} />
          <BlendFields
            voice={values.voice}
            blend={values.blend}
            onChange={(blend) => form.set({ blend })}
          />
        </Part>
        <Part title={t("presets")}>
          <PresetPart
            kind={form.kind}
            knobs={form.knobs}
            changes={values.changes}
            onTake={form.takePreset}
          />
        </Part>
        <Part title={t("pitch")}>
          <div className="grid gap-5">
            <AutoKeyField
              voice={form.voice}
              value={String(params.auto_key)}
              onChange={(value) => form.setParam("auto_key", value)}
            />
            <PitchField
              value={Number(params.pitch_shift)}
              onChange={(value) => form.setParam("pitch_shift", value)}
            />
            {song !== undefined && form.voice && (
              <RangeNote
                key={`${values.mode} ${song}`}
                mode={values.mode}
                song={song}
                voice={form.voice}
                autoKey={String(params.auto_key)}
                shift={Number(params.pitch_shift)}
                onShift={(value) => form.setParam("pitch_shift", value)}
              />
            )}
          </div>
        </Part>
        <Part title={t(values.mode === "song" ? "mixAndFile" : "soundAndFile")}>
          {later ? (
            <SoundPart
              mode={values.mode}
              song={song}
              backing={form.backing}
              knobs={form.knobs}
              params={params}
              onBacking={(backing) => form.set({ backing })}
              onChange={form.setParam}
            />
          ) : (
            <Skeleton rows={3} height="h-14" />
          )}
        </Part>
        <section aria-label={t("makeSeveral")} className="card px-5 pb-2 sm:px-6">
          {later && (
            <GridPart
              voice={values.voice}
              others={values.others}
              onOthers={(others) => form.set({ others })}
              presets={form.furtherPresets}
              chosen={values.presets}
              onChosen={(presets) => form.set({ presets })}
            />
          )}
        </section>
        <div className="grid gap-3">
          {touched && missing && (
            <p role="alert" className="text-sm text-warn">
              {t(missing, { most: missing === "tooManyCells" ? MOST_CELLS : MOST_SONGS })}
            </p>
          )}
          <GridQuote ask={missing ? null : form.ask} sides={sides} />
          <QuoteLine ask={missing ? null : form.ask} />
          <Button
            type="submit"
            look="primary"
            size="large"
            busy={form.busy}
            icon={<WandSparkles aria-hidden className="size-5" />}
          >
            {sides.voices * sides.settings > 1
              ? t("startGrid", { count: cells })
              : startText(t, values.mode, values.songs.size)}
          </Button>
          <p className="text-center text-sm text-faint">{t("aiNoticeShort")}</p>
        </div>
      </div>
    </form>
  );
}

function startText(t: Translate, mode: Mode, count: number): string {
  if (mode === "song") return count > 1 ? t("startCoverMany", { count }) : t("startCover");
  return count > 1 ? t("startConvertMany", { count }) : t("startConvert");
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="card grid gap-4 p-5 sm:p-6">
      <h2 className="text-lg font-bold">{title}</h2>
      <div>{children}</div>
    </section>
  );
}
