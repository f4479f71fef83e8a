import { expect, it } from "vitest";
import { LARGEST_BYTES, refusal } from "./limits";

it.each([
  ["노래.WAV", 10, null],
  ["a.b.c.flac", 10, null],
  ["clip.mov", LARGEST_BYTES, null],
  ["clip.mov", LARGEST_BYTES + 1, "uploadTooLarge"],
  ["empty.mp3", 0, "uploadEmpty"],
  ["song.zip", 10, "uploadType"],
  ["wav", 10, "uploadType"],
] as const)("%s of %i bytes: %s", (name, size, expected) => {
  expect(refusal({ name, size })).toBe(expected);
});
