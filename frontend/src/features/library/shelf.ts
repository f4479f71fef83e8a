/** What the library's address says: which files are shown, and in which order. */
import type { FileFilter } from "../../api/calls";
import { STEMS } from "../jobText";

export const KINDS = ["recording", "upload", "result", "stem"] as const;
export const LENGTHS = ["short", "middle", "long"] as const;
export const SORTS = ["newest", "oldest", "name", "longest", "shortest", "largest"] as const;
export const STATES = ["ready", "probing", "uploading", "failed", "trashed"] as const;

type Of<T extends readonly unknown[]> = T[number];

export interface LibrarySearch {
  tab?: "datasets";
  q?: string;
  kind?: Of<typeof KINDS>;
  stem?: NonNullable<FileFilter["stem"]>;
  state?: Of<typeof STATES>;
  length?: Of<typeof LENGTHS>;
  ai?: boolean;
  tag?: string;
  sort?: Of<typeof SORTS>;
}

const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined =>
  known.find((one) => one === value);

/** Takes what it knows out of an address, whoever wrote it. */
export function librarySearch(search: Record<string, unknown>): LibrarySearch {
  const text = (value: unknown) =>
    value === undefined || value === "" ? undefined : String(value).slice(0, 255);
  return {
    tab: oneOf(["datasets"], search.tab),
    q: text(search.q),
    kind: oneOf(KINDS, search.kind),
    stem: oneOf(STEMS, search.stem),
    state: oneOf(STATES, search.state),
    length: oneOf(LENGTHS, search.length),
    ai: typeof search.ai === "boolean" ? search.ai : undefined,
    tag: text(search.tag)?.slice(0, 40),
    sort: oneOf(SORTS.slice(1), search.sort),
  };
}

const BOUNDS: Record<Of<typeof LENGTHS>, Pick<FileFilter, "min_s" | "max_s">> = {
  short: { max_s: 60 },
  middle: { min_s: 60, max_s: 300 },
  long: { min_s: 300 },
};

/** The same as a question to the server. */
export function filterOf(search: LibrarySearch): FileFilter {
  return {
    search: search.q,
    kind: search.kind,
    stem: search.stem,
    state: search.state,
    tag: search.tag === undefined ? undefined : [search.tag],
    ai_generated: search.ai === undefined ? undefined : search.ai ? "true" : "false",
    sort: search.sort,
    ...(search.length && BOUNDS[search.length]),
  };
}

/** How many things narrow the list, the search and the trash left out. */
export function narrowed({ kind, stem, state, length, ai, tag }: LibrarySearch): number {
  const wanted = [kind, stem, state === "trashed" ? undefined : state, length, ai, tag];
  return wanted.filter((one) => one !== undefined).length;
}
