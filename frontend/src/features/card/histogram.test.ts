import { expect, it } from "vitest";
import { barsOf, isMarked } from "./histogram";

const bin = (midi: number, seconds: number) => ({ midi, seconds });

it("draws every note between the ends, also those that are never sung", () => {
  expect(barsOf([bin(57, 4), bin(60, 8), bin(61, 0)])).toEqual([
    { midi: 57, seconds: 4, share: 0.5 },
    { midi: 58, seconds: 0, share: 0 },
    { midi: 59, seconds: 0, share: 0 },
    { midi: 60, seconds: 8, share: 1 },
  ]);
});

it("draws nothing where nothing is sung", () => {
  expect(barsOf([])).toEqual([]);
  expect(barsOf([bin(60, 0)])).toEqual([]);
});

it("names every C, and ends that are not close to one", () => {
  const bars = barsOf([bin(55, 1), bin(74, 1)]);
  expect(bars.filter(({ midi }) => isMarked(midi, bars)).map(({ midi }) => midi)).toEqual([
    55, 60, 72,
  ]);
});
