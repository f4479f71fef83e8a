import { expect, it } from "vitest";
import { LEAST_SHARE, mostShare, restOf, withoutVoice, withShare, withVoice } from "./blend";

const two = withVoice(withVoice([], "b"), "c");

it("gives each voice the same share when one joins", () => {
  expect(withVoice([], "b")).toEqual([{ voice: "b", weight: 0.5 }]);
  expect(two.map((part) => part.weight)).toEqual([0.33, 0.33]);
  expect(restOf(two)).toBe(0.34);
  expect(restOf(withVoice(two, "d"))).toBe(0.25);
});

it("leaves the first voice what the others don't take", () => {
  expect(restOf([])).toBe(1);
  expect(restOf(withShare(two, "b", 0.1))).toBe(0.57);
  expect(restOf(withoutVoice(two, "b"))).toBe(0.67);
});

it("never takes all from anyone", () => {
  const greedy = withShare(two, "b", 1);
  expect(greedy[0]?.weight).toBe(mostShare(two, "b"));
  expect(restOf(greedy)).toBe(LEAST_SHARE);
  expect(withShare(two, "b", 0)[0]?.weight).toBe(LEAST_SHARE);
});
