import { describe, expect, it } from "vitest";
import { changedCount, filesLast, GROUP_LABELS, grouped, groupOf, mattering } from "./knobGroups";
import {
  CONVERT_KNOBS,
  COVER_KNOBS,
  defaultsOf,
  type Knob,
  PREPROCESS_KNOBS,
  SEPARATE_KNOBS,
  TRAIN_KNOBS,
  valuesOf,
  withinLimits,
} from "./knobs";
import { plainLabel } from "./knobText";

const names = (knobs: Knob[]) => knobs.map((knob) => knob.name);
const shown = (knobs: Knob[], changes: Record<string, string | number | boolean>) =>
  names(mattering(knobs, valuesOf(knobs, changes)));

describe.each([
  ["train", TRAIN_KNOBS],
  ["convert", CONVERT_KNOBS],
  ["cover", COVER_KNOBS],
  ["separate", SEPARATE_KNOBS],
  ["preprocess", PREPROCESS_KNOBS],
])("knobs of %s", (_, knobs) => {
  it("come with labels in both languages", () => {
    expect(knobs.length).toBeGreaterThan(5);
    for (const knob of knobs) {
      expect(knob.label.ko).toMatch(/[가-힣]/);
      expect(knob.label.en).not.toBe(knob.name);
    }
  });

  it("start within their limits", () => {
    expect(withinLimits(knobs, defaultsOf(knobs))).toBe(true);
  });

  it("refuse what is beyond them", () => {
    for (const knob of knobs) {
      const wrong = typeof knob.initial === "number" ? (knob.maximum ?? 96000) + 1 : "nonsense";
      expect(withinLimits(knobs, { ...defaultsOf(knobs), [knob.name]: wrong })).toBe(false);
    }
  });

  it("fall into groups, each knob once", () => {
    const members = grouped(knobs).flatMap(([, some]) => names(some));
    expect(members.sort()).toEqual(names(knobs).sort());
  });
});

it("refuses half a step and no number at all", () => {
  const defaults = defaultsOf(TRAIN_KNOBS);
  expect(withinLimits(TRAIN_KNOBS, { ...defaults, total_steps: 1.5 })).toBe(false);
  expect(withinLimits(TRAIN_KNOBS, { ...defaults, total_steps: Number.NaN })).toBe(false);
});

it.each([
  [["fcpe"], false],
  [["fcpe", "rmvpe"], true],
  [["fcpe", "nonsense"], false],
])("takes %s for a hybrid: %s", (f0_hybrid, right) => {
  expect(withinLimits(CONVERT_KNOBS, { ...defaultsOf(CONVERT_KNOBS), f0_hybrid })).toBe(right);
});

it("shows a knob only while it matters", () => {
  expect(shown(CONVERT_KNOBS, {})).not.toContain("autotune_key");
  expect(shown(CONVERT_KNOBS, { autotune: 0.4 })).toContain("autotune_key");
  expect(shown(CONVERT_KNOBS, {})).not.toContain("f0_hybrid");
  expect(shown(CONVERT_KNOBS, { f0_method: "hybrid" })).toContain("f0_hybrid");
  expect(shown(CONVERT_KNOBS, { output_format: "mp3" })).not.toContain("bit_depth");
  expect(shown(COVER_KNOBS, { reverb: 0 })).not.toContain("reverb_s");
  expect(shown(COVER_KNOBS, {})).toContain("separator");
  expect(shown(PREPROCESS_KNOBS, {})).not.toContain("separator");
});

it("knows the group of each kind of knob", () => {
  expect(
    ["f0_method", "protect", "breath", "eq_low_db", "lead_db", "bit_depth", "seed"].map(groupOf),
  ).toEqual(["pitch", "voice", "gaps", "effects", "mix", "export", "voice"]);
  expect(Object.keys(GROUP_LABELS)).toHaveLength(6);
});

it("leaves the file's format to the end", () => {
  expect(names(filesLast(SEPARATE_KNOBS)).at(0)).toBe("separator");
  expect(filesLast(COVER_KNOBS)).toHaveLength(COVER_KNOBS.length);
});

it.each([
  ["게이트(-90: 끔)", "게이트"],
  ["Export sample rate (0: as made)", "Export sample rate"],
  ["High shelf (8 kHz)", "High shelf (8 kHz)"],
])("calls %s %s where the value has words", (label, plain) => {
  expect(plainLabel(label)).toBe(plain);
});

it("keeps the changes that another kind has too, and its own defaults otherwise", () => {
  const changes = { pitch_shift: 3, reverb: 0.5 };
  expect(valuesOf(CONVERT_KNOBS, changes)).toMatchObject({ pitch_shift: 3, auto_key: "off" });
  expect(valuesOf(CONVERT_KNOBS, changes)).not.toHaveProperty("reverb");
  expect(valuesOf(COVER_KNOBS, changes)).toMatchObject({ reverb: 0.5, auto_key: "octaves" });
});

it("counts what was changed", () => {
  expect(changedCount(CONVERT_KNOBS, defaultsOf(CONVERT_KNOBS))).toBe(0);
  const f0_hybrid = ["fcpe", "rmvpe"];
  expect(changedCount(CONVERT_KNOBS, { ...defaultsOf(CONVERT_KNOBS), f0_hybrid, protect: 0 })).toBe(
    2,
  );
});
