import { expect, it } from "vitest";
import type { Job } from "../../api/types";
import { gridOf, varying } from "./grid";

function job(id: string, song: string, voice: string, params: object, at = id): Job {
  const voices = [{ id: voice, name: voice, weight: 1 }];
  const source = { id: song, name: song };
  return { id, title: song, source, voices, params, created_at: at } as never;
}

it("lays songs over voices and settings, in the order asked", () => {
  const jobs = [
    job("1", "s1", "v1", { protect: 0.3 }),
    job("2", "s2", "v1", { protect: 0.3 }),
    job("3", "s1", "v2", { protect: 0.3 }),
    job("4", "s1", "v1", { protect: 0.1 }),
  ];
  const { columns, rows } = gridOf([...jobs].reverse());
  expect(columns.map(({ example }) => example.id)).toEqual(["1", "3", "4"]);
  expect(rows.map(({ name }) => name)).toEqual(["s1", "s2"]);
  expect(rows.map(({ cells }) => cells.map((cell) => cell?.id))).toEqual([
    ["1", "3", "4"],
    ["2", undefined, undefined],
  ]);
  expect([...varying(columns)]).toEqual(["protect"]);
});

it("tells shares of a blend apart, and not the order of settings", () => {
  const blend = { ...job("2", "s", "v", { b: 1, a: 2 }) };
  blend.voices = [{ id: "v", name: "v", weight: 0.5 }];
  const { columns } = gridOf([
    job("1", "s", "v", { a: 2, b: 1 }),
    job("3", "t", "v", { b: 1, a: 2 }),
    blend,
  ]);
  expect(columns).toHaveLength(2);
  expect(varying(columns).size).toBe(0);
});
