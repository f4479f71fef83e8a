/** Reads the knobs of a job out of the generated JSON schema: labels, limits and defaults stand there once. */
import {
  AudioFormatSchema,
  AutoKeySchema,
  BitDepthSchema,
  ContentEncoderNameSchema,
  ConvertParamsSchema,
  CoverParamsSchema,
  ExportRateSchema,
  F0MethodSchema,
  PreprocessParamsSchema,
  PresetSchema,
  SampleRateSchema,
  ScaleSchema,
  SeparateParamsSchema,
  SeparatorNameSchema,
  TonicSchema,
  TrainBaseSchema,
  TrainParamsSchema,
} from "../api/generated/schemas.gen";
import type { Bilingual } from "../api/types";

export type KnobValue = string | number | boolean | readonly string[];
export type KnobValues = Record<string, KnobValue>;

export interface Knob {
  name: string;
  label: Bilingual;
  initial: KnobValue;
  /** Set for a choice, and for a list that is chosen from; numbers have limits instead. */
  options?: readonly (string | number)[];
  /** Of a number its value, of a list how many are chosen. */
  minimum?: number;
  maximum?: number;
  whole: boolean;
  unit?: string;
  /** Folded away: most people leave it alone. */
  advanced: boolean;
}

interface Property {
  $ref?: string;
  allOf?: readonly Property[];
  oneOf?: readonly Property[];
  items?: Property;
  enum?: readonly (string | number)[];
  type?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  ko?: string;
  en?: string;
  unit?: string;
  advanced?: boolean;
}

/** Named one by one, so that the schemas of everything else stay out of the pages' code. */
const CHOICES: Record<string, readonly (string | number)[]> = {
  AudioFormat: AudioFormatSchema.enum,
  AutoKey: AutoKeySchema.enum,
  BitDepth: BitDepthSchema.enum,
  ContentEncoderName: ContentEncoderNameSchema.enum,
  ExportRate: ExportRateSchema.enum,
  F0Method: F0MethodSchema.enum,
  Preset: PresetSchema.enum,
  SampleRate: SampleRateSchema.enum,
  Scale: ScaleSchema.enum,
  SeparatorName: SeparatorNameSchema.enum,
  Tonic: TonicSchema.enum,
  TrainBase: TrainBaseSchema.enum,
};

function optionsOf(property: Property): readonly (string | number)[] | undefined {
  if (property.items) return optionsOf(property.items);
  if (property.enum) return property.enum;
  const ref = property.$ref ?? [...(property.allOf ?? []), ...(property.oneOf ?? [])][0]?.$ref;
  return ref ? CHOICES[ref.slice(ref.lastIndexOf("/") + 1)] : undefined;
}

function isValue(value: unknown): value is KnobValue {
  return ["string", "number", "boolean"].includes(typeof value) || Array.isArray(value);
}

export function knobsOf(schema: { properties: object }): Knob[] {
  const knobs: Knob[] = [];
  for (const [name, property] of Object.entries<Property>({ ...schema.properties })) {
    if (!isValue(property.default)) continue;
    knobs.push({
      name,
      label: { ko: property.ko ?? name, en: property.en ?? name },
      initial: property.default,
      options: optionsOf(property),
      minimum: property.minimum ?? property.minItems,
      maximum: property.maximum ?? property.maxItems,
      whole: property.type === "integer",
      unit: property.unit,
      advanced: property.advanced ?? false,
    });
  }
  return knobs;
}

export const TRAIN_KNOBS = knobsOf(TrainParamsSchema);
export const CONVERT_KNOBS = knobsOf(ConvertParamsSchema);
export const COVER_KNOBS = knobsOf(CoverParamsSchema);
export const SEPARATE_KNOBS = knobsOf(SeparateParamsSchema);
export const PREPROCESS_KNOBS = knobsOf(PreprocessParamsSchema);

export function defaultsOf(knobs: Knob[]): KnobValues {
  return Object.fromEntries(knobs.map((knob) => [knob.name, knob.initial]));
}

/** The defaults of these knobs with what was changed of them; changes of other knobs are left out. */
export function valuesOf(knobs: Knob[], changes: KnobValues): KnobValues {
  return Object.fromEntries(
    knobs.map((knob) => [knob.name, changes[knob.name] ?? knob.initial] as const),
  );
}

/** Whether every value is one that the server takes. */
export function withinLimits(knobs: Knob[], values: KnobValues): boolean {
  return knobs.every((knob) => isWithin(knob, values[knob.name]));
}

export function isWithin(knob: Knob, value: KnobValue | undefined): boolean {
  if (typeof knob.initial === "boolean") return typeof value === "boolean";
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = knob;
  if (Array.isArray(knob.initial)) {
    if (!Array.isArray(value) || !value.every((one) => knob.options?.includes(one))) return false;
    return value.length >= minimum && value.length <= maximum;
  }
  if (knob.options) return knob.options.includes(value as string | number);
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (knob.whole && !Number.isInteger(value)) return false;
  return value >= minimum && value <= maximum;
}
