import { expect, it } from "vitest";
import { filterOf, librarySearch, narrowed } from "./shelf";

it("takes from an address what it knows, and nothing else", () => {
  expect(
    librarySearch({ q: 2026, kind: "stem", stem: "lead", ai: true, sort: "newest", evil: "x" }),
  ).toEqual({ q: "2026", kind: "stem", stem: "lead", ai: true });
  expect(librarySearch({ kind: "moon", state: "deleted", length: 3, ai: "yes", q: "" })).toEqual(
    {},
  );
});

it("asks the server for lengths as bounds that touch and do not overlap", () => {
  expect(filterOf({ length: "short" })).toMatchObject({ max_s: 60 });
  expect(filterOf({ length: "middle" })).toMatchObject({ min_s: 60, max_s: 300 });
  expect(filterOf({ length: "long" })).toMatchObject({ min_s: 300 });
  expect(filterOf({ ai: false, tag: "발라드" })).toMatchObject({
    ai_generated: "false",
    tag: ["발라드"],
  });
});

it("counts what narrows a list", () => {
  expect(narrowed({ q: "x", sort: "name", state: "trashed" })).toBe(0);
  expect(narrowed({ kind: "upload", ai: false, tag: "a", state: "ready" })).toBe(4);
});
