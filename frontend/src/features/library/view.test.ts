import { expect, it } from "vitest";
import { barsIn, isWhole, NARROWEST_S, panned, placeOf, showing, viewOf, zoomed } from "./view";

const WHOLE = 3600;

it("zooms about a moment, which stays where it is in the window", () => {
  const view = zoomed(viewOf(WHOLE), WHOLE, 0.5, 900);
  expect(view).toEqual({ from: 450, to: 2250 });
  expect(placeOf(900, view)).toBe(placeOf(900, viewOf(WHOLE)));
  expect(zoomed(view, WHOLE, 2, 900)).toEqual(viewOf(WHOLE));
});

it("zooms neither out of the file nor into nothing", () => {
  expect(zoomed({ from: 3500, to: 3600 }, WHOLE, 4, 3600)).toEqual({ from: 3200, to: 3600 });
  const { from, to } = zoomed({ from: 10, to: 11 }, WHOLE, 0.01, 10.5);
  expect(to - from).toBeCloseTo(NARROWEST_S, 9);
  expect(isWhole(zoomed(viewOf(WHOLE), WHOLE, 2, 0), WHOLE)).toBe(true);
});

it("of a moment outside the window is about the nearer edge", () => {
  expect(zoomed({ from: 100, to: 200 }, WHOLE, 0.5, 5)).toEqual({ from: 100, to: 150 });
});

it("moves to the sides as far as the file goes", () => {
  expect(panned({ from: 100, to: 200 }, WHOLE, 0.5)).toEqual({ from: 150, to: 250 });
  expect(panned({ from: 20, to: 120 }, WHOLE, -0.5)).toEqual({ from: 0, to: 100 });
});

it("follows an end that leaves it", () => {
  const view = { from: 100, to: 200 };
  expect(showing(view, WHOLE, 150)).toBe(view);
  expect(showing(view, WHOLE, 1000)).toEqual({ from: 950, to: 1050 });
  expect(showing(view, WHOLE, 0)).toEqual({ from: 0, to: 100 });
});

it("draws what the window shows, however few columns that is", () => {
  const columns = [0.1, 0.2, 0.3, 0.4];
  expect(barsIn(columns, { from: 0, to: 8 }, 8, 2)).toEqual([0.2, 0.4]);
  expect(barsIn(columns, { from: 2, to: 4 }, 8, 4)).toEqual([0.2, 0.2, 0.2, 0.2]);
  expect(barsIn(columns, { from: 3, to: 5 }, 8, 2)).toEqual([0.2, 0.3]);
  expect(barsIn([], { from: 0, to: 8 }, 8, 2)).toEqual([0, 0]);
});
