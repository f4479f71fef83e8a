import { expect, it } from "vitest";
import { readSearch, toFilter } from "./filter";

it("reads what it knows of an address and leaves the rest out", () => {
  expect(readSearch({ kind: "cover", state: "open", days: 7, q: "달" })).toEqual({
    kind: "cover",
    state: "open",
    days: 7,
    q: "달",
  });
  expect(readSearch({ kind: "x", state: "running", days: 2, q: "" })).toEqual({});
  expect(readSearch({ q: 12 }).q).toBe("12");
});

it("asks the server for what is not over", () => {
  expect(toFilter({ state: "open" }, new Date())).toMatchObject({ over: false, state: undefined });
  expect(toFilter({ state: "failed" }, new Date())).toMatchObject({
    over: undefined,
    state: "failed",
  });
});

it("counts days from midnight on", () => {
  const now = new Date(2026, 10, 26, 15, 30);
  expect(toFilter({}, now).created_after).toBeUndefined();
  expect(toFilter({ days: 1 }, now).created_after).toBe(new Date(2026, 10, 26).toISOString());
  expect(toFilter({ days: 7 }, now).created_after).toBe(new Date(2026, 10, 20).toISOString());
});
