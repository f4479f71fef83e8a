/** The steps of the way to a voice, and what each of them still lacks. */
import type { AudioFile, Voice } from "../../api/types";
import type { Key } from "../../i18n";
import { TRAIN_KNOBS, withinLimits } from "../knobs";
import type { Draft } from "./draft";
import { STEPS, type Step } from "./stepNames";

export const STEP_LABELS: Record<Step, Key> = {
  consent: "stepConsent",
  sources: "stepSources",
  card: "stepCard",
  settings: "stepSettings",
  start: "stepStart",
};

export function hasConsent(voice: Voice | undefined): boolean {
  return Boolean(voice?.consent && !voice.consent.revoked_at);
}

/** What a step still lacks, as a sentence; null where one may go on. */
export function missingIn(
  step: Step,
  draft: Draft,
  known: Voice | undefined,
  statement: string | undefined,
): Key | null {
  switch (step) {
    case "consent":
      if (!known && !draft.name.trim()) return "missingName";
      if (hasConsent(known)) return null;
      if (!draft.consent.singer.trim()) return "missingSinger";
      return draft.consent.agreedTo && draft.consent.agreedTo === statement
        ? null
        : "missingConsent";
    case "sources":
      if (draft.source === "files") return draft.files.length > 0 ? null : "missingFiles";
      return draft.dataset ? null : "missingDataset";
    case "settings":
      return withinLimits(TRAIN_KNOBS, draft.params) ? null : "missingLimits";
    case "card":
      return draft.dataset ? null : "missingDataset";
    default:
      return null;
  }
}

/** What the chosen files themselves still lack: a fresh take is stored and measured first. */
export function missingInFiles(
  { source }: Pick<Draft, "source">,
  files: readonly Pick<AudioFile, "state">[],
): Key | null {
  if (source !== "files") return null;
  if (files.some(({ state }) => state === "uploading" || state === "probing")) return "takesStored";
  return files.some(({ state }) => state === "failed") ? "takesFailed" : null;
}

/** The step to show: the one asked for, or the first on the way to it that is not done yet. */
export function reachable(wanted: Step, missing: (step: Step) => Key | null): Step {
  const before = STEPS.slice(0, STEPS.indexOf(wanted));
  return before.find((step) => missing(step) !== null) ?? wanted;
}

export function stepAfter(step: Step, by: 1 | -1): Step | undefined {
  return STEPS[STEPS.indexOf(step) + by];
}
