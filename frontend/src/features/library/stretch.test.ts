import { expect, it } from "vitest";
import { clamped } from "./stretch";

const OLD = { start: 1, end: 4 };

it.each([
  ["the start stays before the end", { start: 5, end: 4 }, { start: 3.5, end: 4 }],
  ["the end stays behind the start", { start: 1, end: 0 }, { start: 1, end: 1.5 }],
  ["nothing begins before the file", { start: -2, end: 4 }, { start: 0, end: 4 }],
  ["nothing ends behind it", { start: 1, end: 99 }, { start: 1, end: 10.0004 }],
  ["milliseconds are enough", { start: 1.23456, end: 4 }, { start: 1.235, end: 4 }],
])("%s", (_, wanted, expected) => {
  expect(clamped(wanted, 10.0004, OLD)).toEqual(expected);
});
