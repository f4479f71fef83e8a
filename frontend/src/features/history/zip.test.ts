import { expect, it } from "vitest";
import { distinctNames } from "./zip";

it("gives files of one name names of their own", () => {
  expect(distinctNames(["a.wav", "b", "a.wav", "b", "a.wav", ".x"])).toEqual([
    "a.wav",
    "b",
    "a (2).wav",
    "b (2)",
    "a (3).wav",
    ".x",
  ]);
});
