import { useNavigate, useSearch } from "@tanstack/react-router";
import { Layers } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useConsentStatement, useDatasets, useVoice } from "../api/queries";
import type { Voice } from "../api/types";
import { KnobFields } from "../features/KnobFields";
import { TRAIN_KNOBS, withinLimits } from "../features/knobs";
import { ChosenCard } from "../features/voice/ChosenCard";
import { ConsentFields } from "../features/voice/ConsentFields";
import { DatasetChoice } from "../features/voice/DatasetChoice";
import { PresetFields } from "../features/voice/PresetFields";
import { StarterNotice } from "../features/voice/StarterNotice";
import { Summary } from "../features/voice/Summary";
import { willUseStarter } from "../features/voice/starter";
import { useNewVoice } from "../features/voice/useNewVoice";
import { useI18n } from "../i18n";
import { Advanced } from "../ui/Advanced";
import { Button, ButtonLink } from "../ui/Button";
import { TextField } from "../ui/Field";
import { PageHead } from "../ui/PageHead";
import { Empty, Failure, Skeleton } from "../ui/states";

const ADVANCED = TRAIN_KNOBS.filter((knob) => knob.advanced);

export default function NewVoice() {
  const { t } = useI18n();
  const datasets = useDatasets();
  const statement = useConsentStatement();
  const search = useSearch({ from: "/app/voices/new" });
  const voice = useVoice(search.voice ?? "", search.voice !== undefined);
  const error = datasets.error ?? statement.error ?? voice.error;
  const waiting = datasets.isPending || statement.isPending || voice.isLoading;
  return (
    <>
      <PageHead title={t("makeVoice")} lead={t("makeVoiceLead")} />
      {error && (
        <Failure
          error={error}
          retry={() =>
            void Promise.all([
              datasets.refetch(),
              statement.refetch(),
              search.voice && voice.refetch(),
            ])
          }
        />
      )}
      {waiting && !error && <Skeleton rows={3} height="h-44" />}
      {datasets.data?.length === 0 && (
        <Empty
          icon={<Layers aria-hidden className="size-7" />}
          title={t("noDatasets")}
          action={
            <ButtonLink to="/library" look="primary">
              {t("toLibrary")}
            </ButtonLink>
          }
        >
          {t("noDatasetsText")}
        </Empty>
      )}
      {datasets.data &&
        datasets.data.length > 0 &&
        statement.data &&
        (!search.voice || voice.data) && <VoiceForm known={voice.data} />}
    </>
  );
}

function VoiceForm({ known }: { known: Voice | undefined }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const search = useSearch({ from: "/app/voices/new" });
  const form = useNewVoice(search, known, (job) =>
    navigate({ to: "/jobs/$jobId", params: { jobId: job.id } }),
  );
  const { values } = form;
  const [touched, setTouched] = useState(false);
  const complete = form.missing === null && withinLimits(TRAIN_KNOBS, values.params);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    setTouched(true);
    if (complete) form.start();
  }

  return (
    <form
      onSubmit={onSubmit}
      noValidate
      className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]"
    >
      <div className="grid grid-cols-1 gap-5">
        <Part number={1} title={t("partDataset")}>
          <DatasetChoice value={values.dataset} onChange={(dataset) => form.set({ dataset })} />
          <ChosenCard dataset={values.dataset} />
        </Part>
        <Part number={2} title={t("partName")}>
          <TextField
            label={t("voiceName")}
            placeholder={t("voiceNameExample")}
            value={form.voice?.name ?? values.name}
            disabled={form.voice !== undefined}
            maxLength={100}
            onChange={(event) => form.set({ name: event.target.value })}
          />
        </Part>
        <Part number={3} title={t("partConsent")}>
          {form.hasConsent ? (
            <p className="text-muted">{t("consentGivenAlready")}</p>
          ) : (
            <ConsentFields value={values.consent} onChange={(consent) => form.set({ consent })} />
          )}
        </Part>
        <Part number={4} title={t("partTraining")}>
          <PresetFields values={values.params} onChange={form.setParam} />
          {willUseStarter(values.params) && <StarterNotice text="starterWill" className="mt-5" />}
          <Advanced>
            <KnobFields knobs={ADVANCED} values={values.params} onChange={form.setParam} />
          </Advanced>
        </Part>
      </div>
      <Summary
        name={form.voice?.name ?? values.name.trim()}
        dataset={values.dataset}
        params={values.params}
      >
        <div className="grid gap-3">
          {touched && !complete && (
            <p role="alert" className="text-sm text-warn">
              {t(form.missing ?? "missingLimits")}
            </p>
          )}
          <Button type="submit" look="primary" size="large" busy={form.busy}>
            {t("startTraining")}
          </Button>
        </div>
      </Summary>
    </form>
  );
}

function Part({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="card p-5 sm:p-6">
      <h2 className="mb-5 flex items-center gap-3 text-lg font-bold">
        <span
          aria-hidden
          className="grid size-7 place-items-center rounded-full bg-violet/20 text-sm text-violet-soft"
        >
          {number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  );
}
