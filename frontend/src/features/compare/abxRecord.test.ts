import { expect, it } from "vitest";
import { noted, pairOf, type Session, sessionsIn } from "./abxRecord";

const session = (pair: string, at: string, right = 1, all = 2): Session => ({
  pair,
  at,
  right,
  all,
});
const FIRST = "2026-11-26T01:00:00.000Z";
const LATER = "2026-11-26T02:00:00.000Z";

it("names a pair by what is compared, not by its order or by what else is there", () => {
  expect(pairOf("files", ["b", "a", "c"])).toBe("files a b");
  expect(pairOf("files", ["a", "b"])).toBe("files a b");
  expect(pairOf("training", ["a", "b"])).not.toBe("files a b");
});

it("keeps one line a session, the newest first, and not without end", () => {
  const one = noted([session("p", FIRST)], session("p", LATER));
  const two = noted(one, session("p", LATER, 2, 3));
  expect(two).toEqual([session("p", LATER, 2, 3), session("p", FIRST)]);
  expect(noted(two, session("q", LATER))).toHaveLength(3);
  const many = Array.from({ length: 300 }, (_, n) => session(`p${n}`, FIRST));
  expect(noted(many, session("p", LATER))).toHaveLength(200);
});

it.each([
  [null, []],
  ["{", []],
  ["{}", []],
  [JSON.stringify([session("p", FIRST), { pair: "p" }, null]), [session("p", FIRST)]],
])("reads %s", (text, expected) => {
  expect(sessionsIn(text)).toEqual(expected);
});
