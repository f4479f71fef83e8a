import { expect, it } from "vitest";
import type { JobEvent } from "../../api/types";
import { bestOf, evaluationsOf, gradeOf } from "./quality";

const evaluated = (step: number, quality: number) =>
  ({ type: "evaluated", step, best: false, scores: { quality } }) as JobEvent;

const history = [
  { type: "progress", step: 100, scores: null } as JobEvent,
  evaluated(100, 40),
  evaluated(200, 55),
  evaluated(300, 50),
  evaluated(200, 52),
  evaluated(400, 52),
];

it("keeps the newest score of each step, in order of steps", () => {
  expect(evaluationsOf(history).map(({ step, scores }) => [step, scores.quality])).toEqual([
    [100, 40],
    [200, 52],
    [300, 50],
    [400, 52],
  ]);
});

it("takes the later of equals for the best", () => {
  expect(bestOf(evaluationsOf(history))?.step).toBe(400);
  expect(bestOf([])).toBeUndefined();
});

it.each([
  [0, "early"],
  [40, "fair"],
  [60, "good"],
  [75, "great"],
] as const)("has words for a quality of %s", (quality, grade) => {
  expect(gradeOf(quality)).toBe(grade);
});
