import { expect, it } from "vitest";
import type { JobEvent } from "../../api/types";
import { frameOf, lossNames, pathOf, pointsOf, smooth, thin } from "./curve";

const event = (id: number, step: number | null, losses: Record<string, number> | null) =>
  ({ id, step, losses }) as JobEvent;

const history = [
  event(1, null, null),
  event(2, 1, { mel: 4, generator: 2 }),
  event(3, 2, { mel: 3 }),
  event(4, 3, { mel: Number.NaN }),
  event(5, 1, { mel: 3.5 }),
];

it("lists the losses there are", () => {
  expect(lossNames(history)).toEqual(["mel", "generator"]);
});

it("takes the newest value of a step that was repeated, in order of steps", () => {
  expect(pointsOf(history, "mel")).toEqual([
    { step: 1, value: 3.5 },
    { step: 2, value: 3 },
  ]);
});

it("smooths without leaving the range", () => {
  const points = [8, 2, 8, 2].map((value, step) => ({ step, value }));
  const values = smooth(points).map((point) => point.value);
  expect(values[0]).toBe(8);
  expect(Math.min(...values)).toBeGreaterThan(2);
});

it("thins to a number of points and keeps both ends", () => {
  const points = Array.from({ length: 1000 }, (_, step) => ({ step, value: step }));
  const few = thin(points, 50);
  expect(few).toHaveLength(50);
  expect([few[0]?.step, few.at(-1)?.step]).toEqual([0, 999]);
});

it("draws within its frame", () => {
  const points = [
    { step: 10, value: 5 },
    { step: 20, value: 1 },
  ];
  const frame = frameOf(points, 100, 50);
  expect(pathOf(points, frame)).toBe("M0.0 0.0L100.0 50.0");
});
