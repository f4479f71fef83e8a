import { expect, it } from "vitest";
import { CONVERT_KNOBS, COVER_KNOBS, defaultsOf } from "./knobs";
import {
  changesOf,
  differencesOf,
  isPreset,
  presetOf,
  singersAskedOf,
  withPreset,
} from "./settings";

const defaults = defaultsOf(CONVERT_KNOBS);
const convert = (changes: object) =>
  ({ kind: "convert", params: { ...defaults, ...changes } }) as const;

it("finds what was changed", () => {
  expect(changesOf(CONVERT_KNOBS, { ...defaults, protect: 0.4 })).toEqual({ protect: 0.4 });
  expect(changesOf(CONVERT_KNOBS, {})).toEqual({});
  const hybrid = ["fcpe", "rmvpe"];
  expect(changesOf(CONVERT_KNOBS, { f0_hybrid: hybrid })).toEqual({ f0_hybrid: hybrid });
});

it("keeps no key in a preset, and what is as it always is", () => {
  const changes = { pitch_shift: 3, auto_key: "octaves", protect: 0.4, breath: 1 };
  expect(presetOf(CONVERT_KNOBS, changes)).toEqual({ protect: 0.4 });
});

it("leaves the song's key and the file's format where a preset is taken", () => {
  const changes = { pitch_shift: 3, output_format: "wav", protect: 0.1 };
  const taken = withPreset(changes, { breath: 0.5 });
  expect(taken).toEqual({ pitch_shift: 3, output_format: "wav", breath: 0.5 });
  expect(withPreset(changes, { output_format: "mp3" }).output_format).toBe("mp3");
});

it("knows which preset is taken", () => {
  const preset = { protect: 0.4 };
  expect(isPreset(CONVERT_KNOBS, { pitch_shift: 2, protect: 0.4 }, preset)).toBe(true);
  expect(isPreset(CONVERT_KNOBS, { protect: 0.4, breath: 0.5 }, preset)).toBe(false);
  expect(isPreset(CONVERT_KNOBS, {}, {})).toBe(true);
  expect(isPreset(CONVERT_KNOBS, { protect: 0.33 }, {})).toBe(true);
});

it("lists what jobs differ in", () => {
  const found = differencesOf([convert({ pitch_shift: 2 }), convert({ protect: 0.1 }), undefined]);
  const values = Object.fromEntries(found.map(({ knob, values }) => [knob.name, values]));
  expect(values.pitch_shift).toEqual([2, 0, undefined]);
  expect(values.protect).toEqual([0.33, 0.1, undefined]);
  expect(differencesOf([convert({}), convert({})])).toEqual([]);
});

it("says nothing of knobs that do nothing", () => {
  const names = differencesOf([
    convert({ autotune: 0, autotune_key: "C" }),
    convert({ autotune: 0, autotune_key: "D" }),
  ]);
  expect(names).toEqual([]);
});

it("compares kinds that have other knobs", () => {
  const cover = { kind: "cover", params: { ...defaultsOf(COVER_KNOBS), reverb: 0.5 } } as const;
  const values = differencesOf([convert({}), cover]).find(({ knob }) => knob.name === "reverb");
  expect(values?.values).toEqual([undefined, 0.5]);
});

it("asks for the same singers again", () => {
  const voices = [
    { id: "1", name: "하나", weight: 0.75 },
    { id: "2", name: "둘", weight: 0.25 },
  ];
  expect(singersAskedOf({ voices })).toEqual({ voice: "1", blend: [{ voice: "2", weight: 0.25 }] });
});
