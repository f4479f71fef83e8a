import { describe, expect, it } from "vitest";
import { CONVERT_KNOBS, defaultsOf, TRAIN_KNOBS, withinLimits } from "./knobs";

describe.each([
  ["train", TRAIN_KNOBS],
  ["convert", CONVERT_KNOBS],
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
      const wrong = knob.options ? "nonsense" : (knob.maximum ?? 0) + 1;
      expect(withinLimits(knobs, { ...defaultsOf(knobs), [knob.name]: wrong })).toBe(false);
    }
  });
});

it("refuses half a step and no number at all", () => {
  const defaults = defaultsOf(TRAIN_KNOBS);
  expect(withinLimits(TRAIN_KNOBS, { ...defaults, total_steps: 1.5 })).toBe(false);
  expect(withinLimits(TRAIN_KNOBS, { ...defaults, total_steps: Number.NaN })).toBe(false);
});
