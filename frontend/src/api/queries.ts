/** The reads of the studio: one query per thing, refreshed by the websocket, or by polling without it. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { isSettled, newer } from "../live/fresh";
import { usePollInterval } from "../live/LiveProvider";
import { api, type FileFilter, type JobFilter } from "./calls";
import type { AudioFile, Dataset, Job, Page, Voice } from "./types";

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: api.me, staleTime: 60_000 });

/** The cursor inside the `next` address of a page. */
export function cursorOf(next: string | null | undefined): string | undefined {
  if (!next) return undefined;
  return new URL(next, "http://any.invalid").searchParams.get("cursor") ?? undefined;
}

function pagesOf<T>(key: readonly unknown[], read: (cursor?: string) => Promise<Page<T>>) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }: { pageParam: string | undefined }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<T>) => cursorOf(last.next),
    select: flatten<T>,
  });
}

function flatten<T>(found: InfiniteData<Page<T>, string | undefined>): T[] {
  return found.pages.flatMap((page) => page.results);
}

const busyFile = (file: AudioFile) => file.state === "uploading" || file.state === "probing";

export function useFiles(filter: Omit<FileFilter, "cursor"> = {}) {
  const poll = usePollInterval();
  return useInfiniteQuery({
    ...pagesOf<AudioFile>(["files", filter], (cursor) => api.files({ ...filter, cursor })),
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.results.some(busyFile)) ? poll : false,
  });
}

export function useDatasets() {
  return useInfiniteQuery(pagesOf<Dataset>(["datasets"], api.datasets));
}

export function useVoices() {
  const poll = usePollInterval();
  return useInfiniteQuery({
    ...pagesOf<Voice>(["voices"], api.voices),
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.results.some((v) => v.state === "training"))
        ? poll
        : false,
  });
}

export function useVoice(id: string) {
  return useQuery({ queryKey: ["voice", id], queryFn: () => api.voice(id) });
}

export function useJobs(filter: Omit<JobFilter, "cursor"> = {}) {
  const poll = usePollInterval();
  return useInfiniteQuery({
    ...pagesOf<Job>(["jobs", filter], (cursor) => api.jobs({ ...filter, cursor })),
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.results.some((job) => !isSettled(job)))
        ? poll
        : false,
  });
}

export function useJob(id: string) {
  const poll = usePollInterval();
  return useQuery({
    queryKey: ["job", id],
    queryFn: () => api.job(id),
    // An answer that was overtaken by a websocket message must not take the page back.
    structuralSharing: (known, incoming) => newer(known as Job | undefined, incoming as Job),
    refetchInterval: (query) => (query.state.data && !isSettled(query.state.data) ? poll : false),
  });
}

export function usePreviews(job: Pick<Job, "id" | "kind">) {
  return useQuery({
    queryKey: ["previews", job.id],
    queryFn: () => api.previews(job.id),
    enabled: job.kind === "train",
    staleTime: 5 * 60_000,
  });
}

export function useWaveform(id: string, enabled = true) {
  return useQuery({
    queryKey: ["waveform", id],
    queryFn: () => api.waveform(id),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useCredits() {
  return useQuery({ queryKey: ["credits"], queryFn: api.credits });
}

export function useConsentStatement() {
  return useQuery({
    queryKey: ["consent-statement"],
    queryFn: api.consentStatement,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
