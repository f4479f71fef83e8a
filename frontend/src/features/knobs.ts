/** Reads the knobs of a job out of the generated JSON schema: labels, limits and defaults stand there once. */
import {
  AudioFormatSchema,
  ContentEncoderNameSchema,
  ConvertParamsSchema,
  F0MethodSchema,
  PresetSchema,
  SampleRateSchema,
  TrainParamsSchema,
} from "../api/generated/schemas.gen";
import type { Bilingual } from "../api/types";

export type KnobValue = string | number;
export type KnobValues = Record<string, KnobValue>;

export interface Knob {
  name: string;
  label: Bilingual;
  initial: KnobValue;
  /** Set for a choice; numbers have limits instead. */
  options?: readonly KnobValue[];
  minimum?: number;
  maximum?: number;
  whole: boolean;
}

interface Property {
  $ref?: string;
  allOf?: readonly Property[];
  oneOf?: readonly Property[];
  enum?: readonly KnobValue[];
  type?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  ko?: string;
  en?: string;
}

const CHOICES: Record<string, readonly KnobValue[]> = {
  AudioFormat: AudioFormatSchema.enum,
  ContentEncoderName: ContentEncoderNameSchema.enum,
  F0Method: F0MethodSchema.enum,
  Preset: PresetSchema.enum,
  SampleRate: SampleRateSchema.enum,
};

function optionsOf(property: Property): readonly KnobValue[] | undefined {
  if (property.enum) return property.enum;
  const ref = property.$ref ?? [...(property.allOf ?? []), ...(property.oneOf ?? [])][0]?.$ref;
  return ref ? CHOICES[ref.slice(ref.lastIndexOf("/") + 1)] : undefined;
}

export function knobsOf(schema: { properties: object }): Knob[] {
  const knobs: Knob[] = [];
  for (const [name, property] of Object.entries<Property>({ ...schema.properties })) {
    const initial = property.default;
    if (typeof initial !== "string" && typeof initial !== "number") continue;
    knobs.push({
      name,
      label: { ko: property.ko ?? name, en: property.en ?? name },
      initial,
      options: optionsOf(property),
      minimum: property.minimum,
      maximum: property.maximum,
      whole: property.type === "integer",
    });
  }
  return knobs;
}

export const TRAIN_KNOBS = knobsOf(TrainParamsSchema);
export const CONVERT_KNOBS = knobsOf(ConvertParamsSchema);

export function defaultsOf(knobs: Knob[]): KnobValues {
  return Object.fromEntries(knobs.map((knob) => [knob.name, knob.initial]));
}

/** Whether every number lies within its limits. */
export function withinLimits(knobs: Knob[], values: KnobValues): boolean {
  return knobs.every((knob) => {
    const value = values[knob.name];
    if (knob.options) return value !== undefined && knob.options.includes(value);
    if (typeof value !== "number" || !Number.isFinite(value)) return false;
    if (knob.whole && !Number.isInteger(value)) return false;
    return value >= (knob.minimum ?? value) && value <= (knob.maximum ?? value);
  });
}
