/** The checkpoints of a training: what each was scored at, and how the phrase sounds there. */
import type { JobEvent, Preview, Scores } from "../../api/types";
import { bestOf, evaluationsOf } from "./quality";

export interface Phrase {
  step: number;
  scores?: Scores;
  preview?: Preview;
  best: boolean;
}

/** One per step at which anything was heard or measured, in order. */
export function phrasesOf(history: JobEvent[], previews: readonly Preview[]): Phrase[] {
  const evaluations = evaluationsOf(history);
  const best = bestOf(evaluations.filter((one) => one.step > 0))?.step;
  const byStep = new Map<number, Phrase>();
  for (const { step, scores } of evaluations) {
    byStep.set(step, { step, scores, best: step === best });
  }
  for (const preview of previews) {
    const known = byStep.get(preview.step) ?? { step: preview.step, best: false };
    byStep.set(preview.step, { ...known, preview });
  }
  return [...byStep.values()].sort((one, other) => one.step - other.step);
}
