import { expect, it } from "vitest";
import { JobKindEnumSchema, StemEnumSchema } from "../api/generated/schemas.gen";
import type { AudioFile, Job } from "../api/types";
import { kindText, mainResults, STEMS, singersOf, stageLabel, stagesOf } from "./jobText";

const file = (stem: AudioFile["stem"]) =>
  ({ id: stem ?? "song", stem, origin: "job" }) as AudioFile;

it("has words for every kind, its stages and every stem that the server knows", () => {
  for (const kind of JobKindEnumSchema.enum) {
    expect(kindText(kind).label).toBe(`kind${kind[0]?.toUpperCase()}${kind.slice(1)}`);
    expect(kindText(kind).stages.map(stageLabel)).not.toContain("stateRunning");
  }
  expect([...STEMS].sort()).toEqual([...StemEnumSchema.enum].sort());
});

it("separates before it cleans only where that was asked for", () => {
  const stages = (params: Job["params"]) => stagesOf({ kind: "preprocess", params });
  expect(stages({ separate: false })).toEqual(["fetch", "prepare", "clean", "store"]);
  expect(stages({ separate: true })).toEqual(["fetch", "prepare", "separate", "clean", "store"]);
});

it("shows the mix of a cover and all of anything else", () => {
  const results = [file("mix"), file("lead")];
  expect(mainResults({ kind: "cover", results })).toEqual([file("mix")]);
  expect(
    mainResults({ kind: "separate", results: [file("vocals"), file("instrumental")] }),
  ).toEqual([file("vocals"), file("instrumental")]);
});

it("names all who sing", () => {
  const voice = { id: "a", name: "A", picture: null };
  expect(singersOf({ voice, voices: [] })).toBe("A");
  const voices = [
    { ...voice, weight: 0.5 },
    { id: "b", name: "B", weight: 0.5 },
  ];
  expect(singersOf({ voice, voices })).toBe("A + B");
  expect(singersOf({ voice: null, voices: [] })).toBe("");
});
