/** Which knobs belong together on a page, and which of them matter while others stand as they do. */
import type { Key } from "../i18n";
import type { Knob, KnobValue, KnobValues } from "./knobs";

export type Group = "pitch" | "voice" | "gaps" | "effects" | "mix" | "export";

export const GROUP_LABELS: Record<Group, Key> = {
  pitch: "groupPitch",
  voice: "groupVoice",
  gaps: "groupGaps",
  effects: "groupEffects",
  mix: "groupMix",
  export: "groupExport",
};

const GROUPS: [Group, RegExp][] = [
  ["pitch", /^(pitch_shift|auto_key|f0_|octave_repair|autotune)/],
  ["gaps", /^(clean_gaps|gap_|breath)/],
  ["effects", /^(gate_|high_pass_|eq_|compressor_|chorus|delay|reverb)/],
  ["mix", /^(lead_db|backing_db|instrumental_db|convert_backing|separator)/],
  ["export", /^(output_|bit_depth|loudness_lufs|true_peak_)/],
];

export function groupOf(name: string): Group {
  return GROUPS.find(([, pattern]) => pattern.test(name))?.[0] ?? "voice";
}

/** The knobs by group, in the order of the labels; empty groups are left out. */
export function grouped(knobs: Knob[]): [Group, Knob[]][] {
  return (Object.keys(GROUP_LABELS) as Group[])
    .map((group): [Group, Knob[]] => [group, knobs.filter((knob) => groupOf(knob.name) === group)])
    .filter(([, members]) => members.length > 0);
}

/** What the file is like stands after what it sounds like. */
export function filesLast(knobs: Knob[]): Knob[] {
  const isFile = ({ name }: Knob) => groupOf(name) === "export";
  return [...knobs.filter((knob) => !isFile(knob)), ...knobs.filter(isFile)];
}

/** Knobs that have an effect only while another one stands as said here. */
const CONDITIONS: Record<string, [name: string, matters: (value: KnobValue) => boolean]> = {
  f0_hybrid: ["f0_method", (value) => value === "hybrid"],
  autotune_key: ["autotune", (value) => Number(value) > 0],
  autotune_scale: ["autotune", (value) => Number(value) > 0],
  gap_threshold_db: ["clean_gaps", (value) => value === true],
  bit_depth: ["output_format", (value) => value === "wav" || value === "flac"],
  compressor_threshold_db: ["compressor_ratio", (value) => Number(value) > 1],
  delay_ms: ["delay", (value) => Number(value) > 0],
  delay_feedback: ["delay", (value) => Number(value) > 0],
  reverb_s: ["reverb", (value) => Number(value) > 0],
  separator: ["separate", (value) => value === true],
};

/** The knobs that change anything at these values. */
export function mattering(knobs: Knob[], values: KnobValues): Knob[] {
  return knobs.filter(({ name }) => {
    const [other, matters] = CONDITIONS[name] ?? [];
    const value = other === undefined ? undefined : values[other];
    return value === undefined || !matters || matters(value);
  });
}

/** How many of these stand otherwise than at first. */
export function changedCount(knobs: Knob[], values: KnobValues): number {
  return knobs.filter(({ name, initial }) => String(values[name] ?? initial) !== String(initial))
    .length;
}
