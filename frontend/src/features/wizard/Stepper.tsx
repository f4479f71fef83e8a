import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useI18n } from "../../i18n";
import { STEPS, type Step } from "./stepNames";
import { STEP_LABELS } from "./steps";

interface Props {
  current: Step;
  voice: string | undefined;
  /** Whether a step can be gone to from here. */
  open: (step: Step) => boolean;
}

/** Where one is on the way; steps that are open are links, so that the browser's history works. */
export function Stepper({ current, voice, open }: Props) {
  const { t } = useI18n();
  const at = STEPS.indexOf(current);
  return (
    <nav aria-label={t("wizardSteps")}>
      <ol className="flex gap-1.5 sm:gap-3">
        {STEPS.map((step, index) => {
          const here = step === current;
          const done = index < at;
          const body = (
            <>
              <span
                className={`h-1.5 rounded-full transition-colors ${here ? "bg-violet" : done ? "bg-violet/55" : "bg-lift"}`}
              />
              <span
                className={`flex items-center gap-1.5 text-xs sm:text-sm ${here ? "font-semibold text-text" : done ? "text-muted" : "text-faint"}`}
              >
                {done ? (
                  <Check aria-label={t("done")} className="size-4 shrink-0 text-good" />
                ) : (
                  <span className="tabular-nums max-sm:hidden">{index + 1}</span>
                )}
                <span className="truncate">{t(STEP_LABELS[step])}</span>
              </span>
            </>
          );
          const look = "grid min-h-11 min-w-0 grid-cols-1 content-center gap-1.5 rounded-lg";
          return (
            <li key={step} className="min-w-0 flex-1" aria-current={here ? "step" : undefined}>
              {!here && open(step) ? (
                <Link
                  to="/voices/new"
                  search={{ step, voice }}
                  className={`${look} hover:opacity-80`}
                >
                  {body}
                </Link>
              ) : (
                <div className={look}>{body}</div>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
