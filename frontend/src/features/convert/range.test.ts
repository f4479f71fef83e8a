import { expect, it } from "vitest";
import { autoShift, bestShift, moved, overshoot, trainedRange } from "./range";

const A2 = 110;
const up = (semitones: number) => A2 * 2 ** (semitones / 12);
const range = (low: number, high: number) => ({
  low: up(low),
  median: up((low + high) / 2),
  high: up(high),
});

it("measures how far a song goes beyond a voice", () => {
  const { below, above } = overshoot(range(3, 27), range(0, 24));
  expect(below).toBe(0);
  expect(above).toBeCloseTo(3, 6);
});

it("suggests the nearest key that fits", () => {
  expect(bestShift(range(3, 27), range(0, 24), 1)).toBe(-3);
  expect(bestShift(range(2, 20), range(0, 24), 1)).toBe(0);
  expect(bestShift(range(-14, 6), range(0, 24), 1)).toBe(14);
});

it("suggests octaves only where the accompaniment stays", () => {
  expect(bestShift(range(14, 34), range(0, 24), 12)).toBe(-12);
});

it("lays a song that is too wide over the middle", () => {
  expect(bestShift(range(0, 40), range(10, 30), 1)).toBe(0);
});

it("follows the automatic key", () => {
  expect(autoShift("off", range(7, 7), range(0, 0))).toBe(0);
  expect(autoShift("semitones", range(7, 7), range(0, 0))).toBe(-7);
  expect(autoShift("octaves", range(7, 7), range(0, 0))).toBe(-12);
});

it("knows a voice's range, and when it does not", () => {
  const voice = { f0_low_hz: 100, f0_median_hz: null, f0_high_hz: 400 };
  expect(trainedRange(voice)).toEqual({ low: 100, median: 200, high: 400 });
  expect(trainedRange({ ...voice, f0_high_hz: null })).toBeUndefined();
  expect(moved({ low: 100, median: 200, high: 400 }, -12)).toEqual({
    low: 50,
    median: 100,
    high: 200,
  });
});
