import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { translate } from "./index";
import { ko } from "./ko";

const SOURCES = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter(
    (path) => /\.tsx?$/.test(path) && !/generated|\.test\.|^i18n\/(ko|en)(\.\w+)?\.ts$/.test(path),
  )
  .map((path) => ({ path, text: readFileSync(join("src", path), "utf8") }));
const placeholders = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();

describe("dictionaries", () => {
  it("hold the same keys", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(ko).sort());
  });

  it.each(Object.keys(ko) as (keyof typeof ko)[])("agree on the values of %s", (key) => {
    expect(ko[key]).not.toBe("");
    expect(placeholders(en[key])).toEqual(placeholders(ko[key]));
  });

  it("say each thing in one place: a key that stands twice loses one of its sentences", () => {
    const files = readdirSync("src/i18n").filter((name) => /^ko(\.\w+)?\.ts$/.test(name));
    const texts = files.map((name) => readFileSync(join("src/i18n", name), "utf8"));
    const keys = texts.flatMap((text) =>
      [...text.matchAll(/^ {2}(\w+):/gm)].map((found) => found[1]),
    );
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    expect(keys.length).toBe(Object.keys(ko).length);
  });

  it("hold nothing that no page says", () => {
    const all = SOURCES.map((source) => source.text).join("\n");
    expect(Object.keys(ko).filter((key) => !all.includes(`"${key}"`))).toEqual([]);
  });

  it("are asked for by keys that the compiler has checked: none is cast or put together", () => {
    const unchecked =
      /\bas (unknown as )?(Key|keyof typeof ko)\b|\bt\(`|\bas Parameters<Translate>/;
    const found = SOURCES.filter(({ text }) => unchecked.test(text));
    expect(found.map((source) => source.path)).toEqual([]);
  });

  it("hold all Korean there is: none stands in a page", () => {
    const allowed = new Set(["api/errors.ts", "i18n/format.ts"]);
    const found = SOURCES.filter(({ path, text }) => !allowed.has(path) && /[가-힣]/.test(text));
    expect(found.map((source) => source.path)).toEqual([]);
  });
});

describe("translate", () => {
  it("fills in values and leaves unknown ones", () => {
    expect(translate(en, "uploadsCount", { done: 1, all: 3 })).toBe("Uploads 1 / 3");
    expect(translate(en, "uploadsCount", { done: 1 })).toBe("Uploads 1 / {all}");
  });

  it.each([
    [-1, "-1 semitone"],
    ["+1", "+1 semitone"],
    [0, "0 semitones"],
    ["+12", "+12 semitones"],
  ])("counts %s in the right number", (value, expected) => {
    expect(translate(en, "semitones", { value })).toBe(expected);
  });
});
