import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { pagesOfRouter, patternOf } from "../earlyPages";
import { FIRST_READS } from "./api/firstReads";

const router = readFileSync(new URL("./router.tsx", import.meta.url), "utf8");
const pages = pagesOfRouter(router);

it("finds the page of every path that the router has", () => {
  const paths = [...router.matchAll(/ path: "([^"]+)"/g)].map(([, path]) => path);
  expect(pages.map(([path]) => path)).toEqual(paths);
  expect(pages).toContainEqual(["/voices/$voiceId", "src/pages/Voice.tsx"]);
});

it("knows the first reads of paths that there are", () => {
  const known = new Set(pages.map(([path]) => path));
  expect(Object.keys(FIRST_READS).filter((path) => !known.has(path))).toEqual([]);
});

it("reads the ids out of an address", () => {
  const find = (path: string, at: string) => at.match(new RegExp(patternOf(path)))?.groups;
  expect(find("/voices/$voiceId", "/voices/3f2/")).toMatchObject({ voiceId: "3f2" });
  expect(find("/voices/$voiceId", "/voices/3f2/more")).toBeUndefined();
  expect(find("/", "/")).toBeDefined();
  expect(find("/", "/voices")).toBeUndefined();
});
