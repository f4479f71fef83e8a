/** A batch as a grid: songs are rows, voices and settings are columns. */
import type { Job } from "../../api/types";
import { same } from "../settings";

export interface Column {
  key: string;
  /** A job of this column, whose singers and settings all of it have. */
  example: Job;
}

export interface Row {
  song: string;
  name: string;
  cells: (Job | undefined)[];
}

export interface Grid {
  columns: Column[];
  rows: Row[];
}

const columnOf = (job: Job) =>
  JSON.stringify([
    job.voices.map(({ id, weight }) => [id, weight]),
    Object.entries(job.params)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  ]);

/** In the order in which the jobs were asked for. */
export function gridOf(jobs: readonly Job[]): Grid {
  const asked = [...jobs].sort(
    (one, other) =>
      one.created_at.localeCompare(other.created_at) || one.title.localeCompare(other.title),
  );
  const columns = new Map<string, Job>();
  const rows = new Map<string, Map<string, Job>>();
  for (const job of asked) {
    const key = columnOf(job);
    if (!columns.has(key)) columns.set(key, job);
    const song = job.source?.id ?? job.title;
    if (!rows.has(song)) rows.set(song, new Map());
    rows.get(song)?.set(key, job);
  }
  const keys = [...columns.keys()];
  return {
    columns: [...columns].map(([key, example]) => ({ key, example })),
    rows: [...rows].map(([song, cells]) => ({
      song,
      name: [...cells.values()][0]?.title ?? "",
      cells: keys.map((key) => cells.get(key)),
    })),
  };
}

/** The names of settings that columns differ in: what a heading has to say. */
export function varying(columns: readonly Column[]): Set<string> {
  const names = new Set(columns.flatMap(({ example }) => Object.keys(example.params)));
  const first = columns[0]?.example.params ?? {};
  return new Set(
    [...names].filter((name) =>
      columns.some(({ example }) => !same(example.params[name], first[name])),
    ),
  );
}
