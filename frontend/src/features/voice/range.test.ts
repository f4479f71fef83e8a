import { describe, expect, it } from "vitest";
import { keysOf, midiOf, notesOf } from "./range";

describe("the keys under a voice", () => {
  it("are four octaves where the voice stays inside", () => {
    const keys = keysOf(48, 72);
    expect([keys[0]?.midi, keys.at(-1)?.midi]).toEqual([36, 83]);
    expect(keys.filter((key) => !key.black)).toHaveLength(28);
    expect(keys.filter((key) => key.within)).toHaveLength(25);
  });

  it("grow by whole octaves with a voice that goes further", () => {
    const keys = keysOf(33, 90);
    expect([keys[0]?.midi, keys.at(-1)?.midi]).toEqual([24, 95]);
  });

  it("stand a black one over the crack between two white ones", () => {
    const [c, cis, d] = keysOf(48, 60);
    expect([c?.x, d?.x]).toEqual([0, 1]);
    expect(cis?.x).toBeCloseTo(0.68, 6);
  });
});

it("a range is told in notes, or not at all", () => {
  expect(midiOf(440)).toBe(69);
  expect(notesOf({ f0_low_hz: 110, f0_median_hz: 220, f0_high_hz: 440 })).toEqual({
    low: 45,
    high: 69,
    median: 57,
  });
  expect(notesOf({ f0_low_hz: null, f0_median_hz: null, f0_high_hz: null })).toBeNull();
});
