import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../api/calls";
import type { AudioFile, Page } from "../api/types";
import type { Pages } from "./fresh";
import { enter, renewFiles, withFile, withFirstPage } from "./shelf";

/** Files named by the second that they were made in. */
const file = (second: number) =>
  ({
    id: `f${second}`,
    state: "ready",
    created_at: new Date(second * 1000).toISOString(),
  }) as AudioFile;
const page = (...seconds: number[]): Page<AudioFile> => ({ results: seconds.map(file) });
const list = (...pages: number[][]): Pages<AudioFile> => ({
  pages: pages.map((seconds) => page(...seconds)),
  pageParams: pages.map((_, n) => (n === 0 ? undefined : `c${n}`)),
});
const ids = (known: Pages<AudioFile> | undefined) =>
  known?.pages.map(({ results }) => results.map(({ id }) => id));
const LONG = list([90, 80], [70, 60], [50, 40], [30, 20]);

describe("a file that enters a long list", () => {
  it.each([
    [
      95,
      [
        ["f95", "f90", "f80"],
        ["f70", "f60"],
        ["f50", "f40"],
        ["f30", "f20"],
      ],
    ],
    [
      65,
      [
        ["f90", "f80"],
        ["f70", "f65", "f60"],
        ["f50", "f40"],
        ["f30", "f20"],
      ],
    ],
    [10, ids(LONG)],
  ])("made at %i stands where its date says", (second, expected) => {
    expect(ids(withFile(LONG, file(second)))).toEqual(expected);
  });
});

describe("a first page that was read again", () => {
  it("keeps what new files pushed off it", () => {
    expect(ids(withFirstPage(LONG, page(95, 90)))).toEqual([
      ["f95", "f90", "f80"],
      ["f70", "f60"],
      ["f50", "f40"],
      ["f30", "f20"],
    ]);
  });

  it("loses what is gone, and holds nothing twice", () => {
    expect(ids(withFirstPage(LONG, page(80, 70)))?.slice(0, 2)).toEqual([["f80", "f70"], ["f60"]]);
  });

  it("takes the place of a list that it has nothing in common with", () => {
    expect(withFirstPage(LONG, page(99, 98))).toEqual({
      pages: [page(99, 98)],
      pageParams: [undefined],
    });
  });
});

describe("the server", () => {
  afterEach(() => vi.restoreAllMocks());

  function cached(key: unknown[], known: Pages<AudioFile>) {
    const client = new QueryClient();
    client.setQueryData(key, known);
    const asked = vi.spyOn(api, "files").mockResolvedValue(page(95, 90) as never);
    return { client, asked, stale: () => client.getQueryState(key)?.isInvalidated };
  }

  it("is asked for a short list again", () => {
    const { client, asked, stale } = cached(["files", {}], list([90, 80]));
    enter(client, ["files", {}], file(95));
    expect(stale()).toBe(true);
    expect(asked).not.toHaveBeenCalled();
  });

  it("is asked nothing for a file whose place is known", () => {
    const key = ["files", { page_size: 2, sort: undefined }];
    const { client, asked, stale } = cached(key, LONG);
    enter(client, key, file(95));
    expect(ids(client.getQueryData(key))?.[0]).toEqual(["f95", "f90", "f80"]);
    expect([stale(), asked.mock.calls.length]).toEqual([false, 0]);
  });

  it("is asked for one page of a long list that is narrowed", async () => {
    const key = ["files", { page_size: 2, tag: ["x"] }];
    const { client, asked, stale } = cached(key, LONG);
    renewFiles(client);
    await vi.waitFor(() =>
      expect(ids(client.getQueryData(key))?.[0]).toEqual(["f95", "f90", "f80"]),
    );
    expect(asked.mock.calls).toEqual([[key[1]]]);
    expect(stale()).toBe(false);
  });
});
