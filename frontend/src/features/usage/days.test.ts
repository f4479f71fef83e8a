import { expect, it } from "vitest";
import { daysOf } from "./days";

const day = (number: number, credits: number) => ({
  day: `2026-11-${String(number).padStart(2, "0")}`,
  credits,
  kinds: [],
});

it("measures each day by the busiest", () => {
  const { bars, total, most } = daysOf([day(1, 0), day(2, 40), day(3, 10), day(4, 40)]);
  expect(bars.map((bar) => bar.share)).toEqual([0, 1, 0.25, 1]);
  expect(total).toBe(90);
  expect(most?.day).toBe("2026-11-02");
});

it("has no busiest day where nothing was used", () => {
  expect(daysOf([day(1, 0)])).toEqual({
    bars: [{ day: "2026-11-01", credits: 0, share: 0 }],
    total: 0,
    most: undefined,
  });
  expect(daysOf([]).bars).toEqual([]);
});
