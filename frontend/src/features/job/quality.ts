/** What a training's checkpoints were scored at, out of its events. */
import type { JobEvent, Scores } from "../../api/types";

export interface Evaluation {
  step: number;
  scores: Scores;
}

/** One per step in order; a resumed attempt overwrites the steps it repeats. */
export function evaluationsOf(history: JobEvent[]): Evaluation[] {
  const byStep = new Map<number, Scores>();
  for (const { type, step, scores } of history) {
    if (type === "evaluated" && step != null && scores) byStep.set(step, scores);
  }
  return [...byStep]
    .map(([step, scores]) => ({ step, scores }))
    .sort((one, other) => one.step - other.step);
}

/** The one with the highest quality; of equals the later one, as the worker chooses. */
export function bestOf(evaluations: Evaluation[]): Evaluation | undefined {
  return evaluations.reduce<Evaluation | undefined>(
    (best, one) => (best && best.scores.quality > one.scores.quality ? best : one),
    undefined,
  );
}

/** The words for a quality of 0..100. */
export function gradeOf(quality: number): "great" | "good" | "fair" | "early" {
  if (quality >= 75) return "great";
  if (quality >= 60) return "good";
  return quality >= 40 ? "fair" : "early";
}
