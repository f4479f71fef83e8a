import { expect, it } from "vitest";
import { partsOf, shiftOf } from "./pitch";

it.each([
  [0, 0, 0],
  [3, 3, 0],
  [-4.25, -4, -25],
  [11.9, 12, -10],
])("takes %s apart and puts it together again", (shift, semitones, cents) => {
  expect(partsOf(shift)).toEqual({ semitones, cents });
  expect(shiftOf({ semitones, cents })).toBe(shift);
});

it("stays within two octaves", () => {
  expect(shiftOf({ semitones: 24, cents: 40 })).toBe(24);
  expect(shiftOf({ semitones: -24, cents: -1 })).toBe(-24);
});
