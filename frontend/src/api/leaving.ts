/** Taking one's data along, and leaving: calls and queries of the account page. */
import { useQuery } from "@tanstack/react-query";
import * as sdk from "./generated/sdk.gen";

export type { DataExport, Erasure } from "./generated";

const raise = { throwOnError: true } as const;

async function data<T>(answer: Promise<{ data: T }>): Promise<T> {
  return (await answer).data;
}

export type Leaver = "account" | "workspace";

export const leaving = {
  exports: () => data(sdk.exportsList({ ...raise, query: { page_size: 1 } })),
  startExport: () => data(sdk.exportsCreate(raise)),
  exportLink: (id: string) => data(sdk.exportsDownloadRetrieve({ ...raise, path: { id } })),
  planned: (what: Leaver) =>
    data(
      what === "account" ? sdk.accountErasureRetrieve(raise) : sdk.workspaceErasureRetrieve(raise),
    ),
  erase: (what: Leaver) =>
    data(what === "account" ? sdk.accountErasureCreate(raise) : sdk.workspaceErasureCreate(raise)),
  keep: (what: Leaver) =>
    data(what === "account" ? sdk.accountErasureUndo(raise) : sdk.workspaceErasureUndo(raise)),
};

export const EXPORTS = ["exports"];
export const plannedOf = (what: Leaver) => ["erasure", what];

/** The newest export; asked again soon while it is being packed. */
export function useExport() {
  return useQuery({
    queryKey: EXPORTS,
    queryFn: leaving.exports,
    select: (page) => page.results[0],
    refetchInterval: (query) => (query.state.data?.results[0]?.state === "packing" ? 2_000 : false),
  });
}

export function usePlanned(what: Leaver) {
  return useQuery({ queryKey: plannedOf(what), queryFn: () => leaving.planned(what) });
}
