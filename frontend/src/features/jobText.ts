import type { AudioFile, Job } from "../api/types";
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

/** What a job waits for where that is more than its turn. */
const WAITS: Partial<Record<NonNullable<Job["waiting"]>, { label: Key; tone: Tone }>> = {
  gpu: { label: "stateGpu", tone: "warn" },
  held: { label: "stateHeld", tone: "warn" },
  pause: { label: "statePause", tone: "warn" },
};

export function jobState({ state, waiting }: Pick<Job, "state" | "waiting">): {
  label: Key;
  tone: Tone;
} {
  const wait = waiting ? WAITS[waiting] : undefined;
  return wait ?? STATES[state] ?? { label: "stateRunning", tone: "violet" };
}

interface KindText {
  label: Key;
  /** What is said when it has ended well. */
  done: Key;
  /** The stages that it walks through, in order. */
  stages: string[];
}

const KINDS: Record<Job["kind"], KindText> = {
  train: {
    label: "kindTrain",
    done: "trainDone",
    stages: ["fetch", "prepare", "features", "train", "index", "store"],
  },
  convert: {
    label: "kindConvert",
    done: "convertDone",
    stages: ["fetch", "prepare", "convert", "store"],
  },
  cover: {
    label: "kindCover",
    done: "coverDone",
    stages: ["fetch", "prepare", "separate", "convert", "effects", "mix", "store"],
  },
  separate: {
    label: "kindSeparate",
    done: "separateDone",
    stages: ["fetch", "prepare", "separate", "store"],
  },
  preprocess: {
    label: "kindPreprocess",
    done: "preprocessDone",
    stages: ["fetch", "prepare", "clean", "store"],
  },
  analyse: {
    label: "kindAnalyse",
    done: "analyseDone",
    stages: ["fetch", "prepare", "analyse", "store"],
  },
  import: {
    label: "kindImport",
    done: "importDone",
    stages: ["fetch", "prepare", "index", "store"],
  },
};

export function kindText(kind: Job["kind"]): KindText {
  return KINDS[kind];
}

/** The stages of this job: cleaning takes the vocals out first only where it was asked to. */
export function stagesOf({ kind, params }: Pick<Job, "kind" | "params">): string[] {
  const { stages } = KINDS[kind];
  if (kind !== "preprocess" || params.separate !== true) return stages;
  return stages.flatMap((stage) => (stage === "clean" ? ["separate", stage] : [stage]));
}

const STAGE_LABELS: Record<string, Key> = {
  fetch: "stageFetch",
  prepare: "stagePrepare",
  separate: "stageSeparate",
  clean: "stageClean",
  analyse: "stageAnalyse",
  features: "stageFeatures",
  train: "stageTrain",
  index: "stageIndex",
  convert: "stageConvert",
  effects: "stageEffects",
  mix: "stageMix",
  store: "stageStore",
};

export function stageLabel(stage: string): Key {
  return STAGE_LABELS[stage] ?? "stateRunning";
}

/** The kinds whose results are sounds. */
export const RESULT_KINDS = ["convert", "cover", "separate", "preprocess"] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

export function makesSound(job: Pick<Job, "kind">): boolean {
  return RESULT_KINDS.some((kind) => kind === job.kind);
}

/** What a list shows of a job's results: of a cover the mix, which holds all the others. */
export function mainResults(job: Pick<Job, "kind" | "results">): AudioFile[] {
  if (job.kind !== "cover") return job.results;
  const mix = job.results.filter((file) => file.stem === "mix");
  return mix.length > 0 ? mix : job.results.slice(0, 1);
}

type Stem = NonNullable<AudioFile["stem"]>;

export const STEM_LABELS: Record<Stem, Key> = {
  mix: "stemMix",
  acapella: "stemAcapella",
  lead: "stemLead",
  backing: "stemBacking",
  vocals: "stemVocals",
  instrumental: "stemInstrumental",
  cleaned: "stemCleaned",
};
export const STEM_TEXTS: Record<Stem, Key> = {
  mix: "stemMixText",
  acapella: "stemAcapellaText",
  lead: "stemLeadText",
  backing: "stemBackingText",
  vocals: "stemVocalsText",
  instrumental: "stemInstrumentalText",
  cleaned: "stemCleanedText",
};
export const STEMS = Object.keys(STEM_LABELS) as Stem[];

/** Who sings in it, all of a blend. */
export function singersOf(job: Pick<Job, "voice" | "voices">): string {
  return job.voices.map((voice) => voice.name).join(" + ") || (job.voice?.name ?? "");
}
