import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, Sparkles } from "lucide-react";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useConsentStatement, useFilesById, useQuote, useVoice } from "../api/queries";
import type { Voice } from "../api/types";
import { TRAIN_KNOBS, withinLimits } from "../features/knobs";
import { CardStep } from "../features/wizard/CardStep";
import { ConsentStep } from "../features/wizard/ConsentStep";
import { trainParams, useDraft, type Wizard } from "../features/wizard/draft";
import { SettingsStep } from "../features/wizard/SettingsStep";
import { SourcesStep } from "../features/wizard/SourcesStep";
import { StartStep } from "../features/wizard/StartStep";
import { Stepper } from "../features/wizard/Stepper";
import type { Step } from "../features/wizard/stepNames";
import {
  missingIn,
  missingInFiles,
  reachable,
  STEP_LABELS,
  stepAfter,
} from "../features/wizard/steps";
import { useDatasetOfFiles, useStart } from "../features/wizard/useStart";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

/** The way to a voice, step by step; the address says at which one is. */
export default function NewVoice() {
  const { t } = useI18n();
  const statement = useConsentStatement();
  const search = useSearch({ from: "/app/voices/new" });
  const voice = useVoice(search.voice ?? "", search.voice !== undefined);
  const error = statement.error ?? voice.error;
  return (
    <>
      <PageHead title={t("makeVoice")} lead={t("makeVoiceLead")} />
      {error && (
        <Failure
          error={error}
          retry={() => void Promise.all([statement.refetch(), search.voice && voice.refetch()])}
        />
      )}
      {(statement.isPending || voice.isLoading) && !error && <Skeleton rows={2} height="h-44" />}
      {statement.data && (!search.voice || voice.data) && (
        <Steps
          key={search.voice ?? "new"}
          known={search.voice ? voice.data : undefined}
          statement={statement.data.version}
        />
      )}
    </>
  );
}

const BODIES: Record<Step, (wizard: Wizard) => React.ReactNode> = {
  consent: ConsentStep,
  sources: SourcesStep,
  card: CardStep,
  settings: SettingsStep,
  start: StartStep,
};

function Steps({ known, statement }: { known: Voice | undefined; statement: string }) {
  const search = useSearch({ from: "/app/voices/new" });
  const navigate = useNavigate();
  const wizard = useDraft(known, search.dataset);
  const missing = (step: Step) => missingIn(step, wizard.draft, known, statement);
  const wanted = search.step ?? "consent";
  const step = reachable(wanted, missing);
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusOnStep(step, heading);
  const { dataset } = search;
  const voice = known?.id;
  useEffect(() => {
    // Neither an address that can't be gone to nor what the draft holds by now stays in the bar.
    if (step !== wanted || dataset) {
      void navigate({ to: "/voices/new", search: { step, voice }, replace: true });
    }
  }, [step, wanted, dataset, voice, navigate]);
  return (
    <>
      <Stepper current={step} voice={voice} open={(one) => reachable(one, missing) === one} />
      <StepForm key={step} step={step} wizard={wizard} missing={missing(step)} heading={heading} />
    </>
  );
}

interface FormProps {
  step: Step;
  wizard: Wizard;
  missing: ReturnType<typeof missingIn>;
  heading: RefObject<HTMLHeadingElement | null>;
}

function StepForm({ step, wizard, missing: lacking, heading }: FormProps) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [touched, setTouched] = useState(false);
  const files = useFilesById(step === "sources" ? wizard.draft.files : []);
  const missing = lacking ?? missingInFiles(wizard.draft, files);
  const voice = wizard.known?.id;
  const go = (to: Step | undefined) =>
    to && navigate({ to: "/voices/new", search: { step: to, voice } });
  const next = () => go(stepAfter(step, 1));
  const gather = useDatasetOfFiles(wizard, next);
  const start = useStart(wizard);
  const short = useIsShort(step, wizard);
  const before = stepAfter(step, -1);
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    // A dialog's form inside a step tells this one too.
    if (event.target !== event.currentTarget) return;
    setTouched(true);
    if (missing) return;
    if (step === "start") start.mutate();
    else if (step === "sources" && wizard.draft.source === "files") gather.mutate();
    else void next();
  }
  const Body = BODIES[step];
  const isLast = step === "start";
  return (
    <form onSubmit={onSubmit} noValidate aria-labelledby="step" className="grid grid-cols-1 gap-5">
      <section
        aria-labelledby="step"
        className={step === "card" ? "grid grid-cols-1" : "card grid grid-cols-1 p-5 sm:p-7"}
      >
        <h2 id="step" ref={heading} tabIndex={-1} className="mb-5 text-xl font-bold outline-none">
          {t(STEP_LABELS[step])}
        </h2>
        <Body {...wizard} />
      </section>
      <div className="sticky bottom-[calc(4rem+env(safe-area-inset-bottom))] z-10 -mx-4 flex flex-wrap items-center justify-end gap-3 border-t border-line bg-ink/90 px-4 py-3 backdrop-blur-xl sm:-mx-8 sm:px-8 lg:bottom-0">
        {touched && missing && (
          <p role="alert" className="min-w-0 flex-1 basis-full text-sm text-warn sm:basis-0">
            {t(missing)}
          </p>
        )}
        {before && (
          <Button
            icon={<ArrowLeft aria-hidden className="size-4.5" />}
            onClick={() => void go(before)}
          >
            {t("wizardBack")}
          </Button>
        )}
        <Button
          type="submit"
          look="primary"
          busy={gather.isPending || start.isPending}
          disabled={isLast && short}
          className="max-sm:flex-1"
          icon={
            isLast ? (
              <Sparkles aria-hidden className="size-4.5" />
            ) : (
              <ArrowRight aria-hidden className="size-4.5" />
            )
          }
        >
          {t(isLast ? "startTraining" : "wizardNext")}
        </Button>
      </div>
    </form>
  );
}

/** Whether the last step knows that the credits do not suffice. */
function useIsShort(step: Step, { draft }: Wizard): boolean {
  const params = trainParams(draft);
  const ready = step === "start" && draft.dataset !== "" && withinLimits(TRAIN_KNOBS, params);
  const quote = useQuote(
    ready ? { start: "train", request: { dataset: draft.dataset, params } } : null,
  ).data;
  return ready && quote !== undefined && quote.credits > quote.available;
}

/** A new step is read from its heading; the page's first one leaves the focus where it is. */
function useFocusOnStep(step: Step, heading: RefObject<HTMLHeadingElement | null>): void {
  const last = useRef(step);
  useEffect(() => {
    if (last.current === step) return;
    last.current = step;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [step, heading]);
}
