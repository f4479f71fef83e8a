/** Lists of files as the cache holds them: a long one is not read again whole for one new file. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { api, type FileFilter } from "../api/calls";
import type { AudioFile, Page } from "../api/types";
import type { Pages } from "./fresh";

/** So many pages are simply read again; of more, each would be a request. */
const FEW = 3;

const KEY = "files";

type Lists = Pages<AudioFile>;

const isLong = (list: Lists | undefined) => (list?.pages.length ?? 0) > FEW;
const filterOf = (key: QueryKey) => (key[1] ?? {}) as FileFilter;

/** Whether a list holds every file of its state, the newest first: then a place follows from a date. */
function isPlain({ page_size: _, state: __, ...rest }: FileFilter): boolean {
  return Object.values(rest).every((value) => value === undefined);
}

/** The list with one more file where its date says; unchanged where that is not loaded yet. */
export function withFile(list: Lists, file: AudioFile): Lists {
  const made = Date.parse(file.created_at);
  const older = (one: AudioFile) => Date.parse(one.created_at) <= made;
  const at = list.pages.findIndex(({ results }) => results.some(older));
  const page = list.pages[at];
  if (!page) return list;
  const place = page.results.findIndex(older);
  const results = page.results.toSpliced(place, 0, file);
  return { ...list, pages: list.pages.with(at, { ...page, results }) };
}

/**
 * The list with its first page as it is now. What new files have pushed off that page stays at its
 * end; a page that has nothing in common with the list takes its place.
 */
export function withFirstPage(list: Lists, first: Page<AudioFile>): Lists {
  const known = new Set(list.pages.flatMap(({ results }) => results.map(({ id }) => id)));
  const fresh = new Set(first.results.map(({ id }) => id));
  const news = first.results.filter(({ id }) => !known.has(id)).length;
  if (news === first.results.length) return { pages: [first], pageParams: [undefined] };
  const left = list.pages[0]?.results.filter(({ id }) => !fresh.has(id)) ?? [];
  const pushed = left.slice(left.length - Math.min(news, left.length));
  const further = list.pages
    .slice(1)
    .map((page) => ({ ...page, results: page.results.filter(({ id }) => !fresh.has(id)) }));
  return { ...list, pages: [{ ...first, results: [...first.results, ...pushed] }, ...further] };
}

/** Reads the first page alone; a later call overtakes one that is on its way. */
async function readFirst(client: QueryClient, key: QueryKey): Promise<void> {
  const queryKey = ["first-files", filterOf(key)];
  await client.cancelQueries({ queryKey });
  const first = await client
    .fetchQuery({ queryKey, queryFn: () => api.files(filterOf(key)), gcTime: 0 })
    .catch(() => undefined);
  if (!first) return;
  client.setQueryData<Lists>(key, (list) => list && withFirstPage(list, first));
}

/** A file that a list does not hold has come to where it belongs. */
export function enter(client: QueryClient, key: QueryKey, file: AudioFile): void {
  const list = client.getQueryData<Lists>(key);
  if (!isLong(list)) {
    void client.invalidateQueries({ queryKey: key, exact: true });
  } else if (isPlain(filterOf(key))) {
    client.setQueryData<Lists>(key, (known) => known && withFile(known, file));
  } else {
    void readFirst(client, key);
  }
}

/** Files have come that nobody has told of one by one. */
export function renewFiles(client: QueryClient): void {
  for (const [key, list] of client.getQueriesData<Lists>({ queryKey: [KEY] })) {
    if (isLong(list)) void readFirst(client, key);
    else void client.invalidateQueries({ queryKey: key, exact: true });
  }
}
