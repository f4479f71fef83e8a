/**
 * What the open page draws first, read before it is drawn: it then stands at once, without the
 * skeleton in between. `early.js` has asked for the answers already (`firstReads.ts`).
 */
import type { QueryClient } from "@tanstack/react-query";
import {
  datasetQuery,
  datasetsQuery,
  fileSummaryQuery,
  filesQuery,
  jobQuery,
  jobsQuery,
  statsQuery,
  usageQuery,
  voiceQuery,
  voicesQuery,
} from "./queries";

type Ids = Readonly<Record<string, string>>;
type Begin = (client: QueryClient, ids: Ids) => Promise<void>[];

export const FIRST_DATA: Readonly<Record<string, Begin>> = {
  "/": (client) => [
    client.prefetchInfiniteQuery(filesQuery()),
    client.prefetchInfiniteQuery(datasetsQuery),
    client.prefetchInfiniteQuery(voicesQuery()),
    client.prefetchInfiniteQuery(jobsQuery()),
    client.prefetchQuery(statsQuery),
    client.prefetchQuery(usageQuery),
  ],
  "/library": (client) => [
    client.prefetchQuery(fileSummaryQuery),
    client.prefetchQuery(usageQuery),
  ],
  "/datasets/$datasetId": (client, { datasetId = "" }) => [
    client.prefetchQuery(datasetQuery(datasetId)),
  ],
  "/voices": (client) => [client.prefetchInfiniteQuery(voicesQuery())],
  "/voices/$voiceId": (client, { voiceId = "" }) => [
    client.prefetchQuery(voiceQuery(voiceId)),
    client.prefetchInfiniteQuery(datasetsQuery),
  ],
  "/jobs/$jobId": (client, { jobId = "" }) => [client.prefetchQuery(jobQuery(jobId))],
  "/batches/$batchId": (client, { batchId = "" }) => [
    client.prefetchInfiniteQuery(jobsQuery({ batch: batchId })),
  ],
  "/convert": (client) => [
    client.prefetchInfiniteQuery(voicesQuery()),
    client.prefetchInfiniteQuery(filesQuery({ state: "ready" })),
  ],
  "/history": (client) => [client.prefetchInfiniteQuery(voicesQuery())],
};
