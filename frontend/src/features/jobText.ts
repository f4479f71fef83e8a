import type { Job } from "../api/types";
import type { Key } from "../i18n";
import type { Tone } from "../ui/Badge";

const STATES: Record<string, { label: Key; tone: Tone }> = {
  queued: { label: "stateQueued", tone: "plain" },
  dispatched: { label: "stateDispatched", tone: "violet" },
  unknown: { label: "stateDispatched", tone: "violet" },
  running: { label: "stateRunning", tone: "violet" },
  succeeded: { label: "stateSucceeded", tone: "good" },
  failed: { label: "stateFailed", tone: "bad" },
  cancelled: { label: "stateCancelled", tone: "warn" },
};

export function jobState(state: string): { label: Key; tone: Tone } {
  return STATES[state] ?? { label: "stateRunning", tone: "violet" };
}

const STAGE_LABELS: Record<string, Key> = {
  fetch: "stageFetch",
  prepare: "stagePrepare",
  features: "stageFeatures",
  train: "stageTrain",
  index: "stageIndex",
  convert: "stageConvert",
  store: "stageStore",
};

export function stageLabel(stage: string): Key {
  return STAGE_LABELS[stage] ?? "stateRunning";
}

/** The stages that a kind of job walks through, in order. */
export function stagesOf(kind: Job["kind"]): string[] {
  return kind === "train"
    ? ["fetch", "prepare", "features", "train", "index", "store"]
    : ["fetch", "prepare", "features", "convert", "store"];
}
