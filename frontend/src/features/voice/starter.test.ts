import { expect, it } from "vitest";
import { defaultsOf, type KnobValues, TRAIN_KNOBS } from "../knobs";
import { usesStarter, willUseStarter } from "./starter";

const usual = defaultsOf(TRAIN_KNOBS);

it("is what a voice is made with unless something else is asked for", () => {
  expect(willUseStarter(usual)).toBe(true);
  expect(willUseStarter({ ...usual, base: "scratch" })).toBe(true);
});

it.each<KnobValues>([
  { preset: "full" },
  { sample_rate: 48_000 },
  { content_encoder: "whisper-base" },
  { content_encoder: "contentvec" },
  { base: "published" },
])("is not with %j", (changes) => {
  expect(willUseStarter({ ...usual, ...changes })).toBe(false);
});

it("is with its encoder or its base asked for by name", () => {
  expect(willUseStarter({ ...usual, content_encoder: "starter", preset: "full" })).toBe(true);
  expect(willUseStarter({ ...usual, base: "starter" })).toBe(true);
});

it("is read off the encoder of a voice that is there", () => {
  expect(usesStarter({ encoder: "starter" })).toBe(true);
  expect(usesStarter({ encoder: "whisper-base" })).toBe(false);
  expect(usesStarter({ encoder: "" })).toBe(false);
});
