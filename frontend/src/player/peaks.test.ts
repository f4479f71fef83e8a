import { expect, it } from "vitest";
import { heights, resample } from "./peaks";

it("turns pairs into heights of which the loudest is 1", () => {
  const columns = heights({
    peaks: [
      [-127, 30],
      [-10, 64],
      [0, 0],
    ],
    duration_s: 1,
  });
  expect(columns[0]).toBe(1);
  expect(columns[1]).toBeCloseTo(64 / 127);
  expect(columns[2]).toBe(0);
});

it("bears silence and emptiness", () => {
  expect(heights({ peaks: [[0, 0]], duration_s: 1 })).toEqual([0]);
  expect(heights({ peaks: [], duration_s: 0 })).toEqual([]);
  expect(resample([], 3)).toEqual([0, 0, 0]);
});

it("keeps the loudest of each share, with more or fewer columns", () => {
  expect(resample([0, 1, 0, 0, 0.5, 0], 3)).toEqual([1, 0, 0.5]);
  expect(resample([0.2, 0.8], 4)).toEqual([0.2, 0.2, 0.8, 0.8]);
});
