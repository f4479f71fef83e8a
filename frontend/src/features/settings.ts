/** The settings of conversions as people compare them: what differs, what a preset keeps, what starts them again. */
import type { Singers } from "../api/calls";
import type { BlendPart, Job } from "../api/types";
import { groupOf, mattering } from "./knobGroups";
import {
  CONVERT_KNOBS,
  COVER_KNOBS,
  type Knob,
  type KnobValue,
  type KnobValues,
  PREPROCESS_KNOBS,
  SEPARATE_KNOBS,
} from "./knobs";

/** They belong to the song, so no preset touches them. */
const OF_THE_SONG = new Set(["pitch_shift", "auto_key"]);

export const same = (one: unknown, other: unknown) => String(one) === String(other);

export function knobsOfKind(kind: Job["kind"]): Knob[] {
  if (kind === "convert") return CONVERT_KNOBS;
  if (kind === "cover") return COVER_KNOBS;
  if (kind === "separate") return SEPARATE_KNOBS;
  return kind === "preprocess" ? PREPROCESS_KNOBS : [];
}

/** The knobs that stand otherwise than by themselves, with their values. */
export function changesOf(knobs: Knob[], params: Record<string, unknown>): KnobValues {
  const changed = knobs.filter(
    ({ name, initial }) => params[name] !== undefined && !same(params[name], initial),
  );
  return Object.fromEntries(changed.map(({ name }) => [name, params[name] as KnobValue]));
}

/** What a preset keeps of what was changed. */
export function presetOf(knobs: Knob[], changes: KnobValues): KnobValues {
  const kept = Object.entries(changesOf(knobs, changes));
  return Object.fromEntries(kept.filter(([name]) => !OF_THE_SONG.has(name)));
}

/** What was changed, once a preset is taken: its settings, with the song's key and the file's format kept. */
export function withPreset(changes: KnobValues, settings: KnobValues): KnobValues {
  const kept = Object.entries(changes).filter(
    ([name]) => OF_THE_SONG.has(name) || groupOf(name) === "export",
  );
  return { ...Object.fromEntries(kept), ...settings };
}

/** Whether these changes are what the preset makes. */
export function isPreset(knobs: Knob[], changes: KnobValues, settings: KnobValues): boolean {
  const [now, then] = [changes, withPreset(changes, settings)].map((one) =>
    Object.entries(changesOf(knobs, one)).sort().map(String).join("\n"),
  );
  return now === then;
}

export interface Difference {
  knob: Knob;
  /** Of each of those that are compared; undefined where its kind has no such knob. */
  values: (KnobValue | undefined)[];
}

type Made = Pick<Job, "kind" | "params">;

/** The knobs that jobs were not all given alike, in the order of the forms. */
export function differencesOf(jobs: readonly (Made | undefined)[]): Difference[] {
  const known = jobs.map((job) =>
    job ? mattering(knobsOfKind(job.kind), job.params as KnobValues) : [],
  );
  const knobs = new Map(known.flat().map((knob) => [knob.name, knob]));
  return [...knobs.values()].flatMap((knob) => {
    const values = jobs.map((job, index) =>
      known[index]?.some(({ name }) => name === knob.name)
        ? (job?.params[knob.name] as KnobValue | undefined)
        : undefined,
    );
    return values.every((value) => same(value, values[0])) ? [] : [{ knob, values }];
  });
}

/** Who sings in a job, as a start names them. */
export function singersAskedOf(job: Pick<Job, "voices">): Singers {
  const [first, ...others] = job.voices;
  const blend: BlendPart[] = others.map(({ id, weight }) => ({ voice: id, weight }));
  return { voice: first?.id ?? "", blend };
}
