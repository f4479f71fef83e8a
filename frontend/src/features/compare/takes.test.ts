import { expect, it } from "vitest";
import { takesOfPreviews } from "./takes";

it("takes four of many previews, the first and the last among them", () => {
  const previews = [0, 100, 200, 300, 400, 500].map((step) => ({
    step,
    mel_distance: 1,
    url: `u${step}`,
  }));
  expect(takesOfPreviews(previews, String).map(({ id }) => id)).toEqual(["0", "200", "300", "500"]);
  expect(takesOfPreviews(previews.slice(0, 1), String).map(({ url }) => url)).toEqual(["u0"]);
  expect(takesOfPreviews([], String)).toEqual([]);
});
