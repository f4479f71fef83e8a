/** The reads of the studio: one query per thing, refreshed by the websocket, or by polling without it. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQueries,
  useQuery,
} from "@tanstack/react-query";
import { isSettled, newer, noteEnds, type Pages } from "../live/fresh";
import { useIdlePoll, usePollInterval } from "../live/LiveProvider";
import { useDebounced } from "../ui/useDebounced";
import { api, type FileFilter, type JobFilter, type SungKind, type VoiceFilter } from "./calls";
import type {
  AudioFile,
  CreditEntry,
  Dataset,
  Job,
  Page,
  QuoteAsk,
  SoundPreset,
  Voice,
} from "./types";

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: api.me, staleTime: 60_000 });

/** The cursor inside the `next` address of a page. */
export function cursorOf(next: string | null | undefined): string | undefined {
  if (!next) return undefined;
  return new URL(next, "http://any.invalid").searchParams.get("cursor") ?? undefined;
}

function pagesOf<T>(
  key: readonly unknown[],
  read: (cursor: string | undefined, client: QueryClient) => Promise<Page<T>>,
) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, client }: { pageParam: string | undefined; client: QueryClient }) =>
      read(pageParam, client),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<T>) => cursorOf(last.next),
    select: flatten<T>,
  });
}

function flatten<T>(found: InfiniteData<Page<T>, string | undefined>): T[] {
  return found.pages.flatMap((page) => page.results);
}

/** Reads a list often while something in it changes, or while nothing else would tell of news. */
function usePagePoll<T>(changing: (item: T) => boolean) {
  const poll = usePollInterval();
  const idle = useIdlePoll();
  return (query: { state: { data?: { pages: Page<T>[] } } }) =>
    query.state.data?.pages.some((page) => page.results.some(changing)) ? poll : idle;
}

const busyFile = (file: AudioFile) => file.state === "uploading" || file.state === "probing";

export const filesQuery = (filter: Omit<FileFilter, "cursor"> = {}) =>
  pagesOf<AudioFile>(["files", filter], (cursor) => api.files({ ...filter, cursor }));

export function useFiles(filter: Omit<FileFilter, "cursor"> = {}) {
  return useInfiniteQuery({
    ...filesQuery(filter),
    placeholderData: keepPreviousData,
    refetchInterval: usePagePoll(busyFile),
  });
}

export const fileSummaryQuery = queryOptions({
  queryKey: ["file-summary"],
  queryFn: api.fileSummary,
});

/** What the library holds: counts, bytes, tags. Whatever changes a file reads this again. */
export function useFileSummary() {
  return useQuery({ ...fileSummaryQuery, refetchInterval: useIdlePoll() });
}

/** Single files, such as those that a list's page does not hold. */
export function useFilesById(ids: string[]): AudioFile[] {
  const poll = usePollInterval();
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["file", id],
      queryFn: () => api.file(id),
      staleTime: 60_000,
      refetchInterval: (query: { state: { data?: AudioFile } }) =>
        query.state.data && busyFile(query.state.data) ? poll : false,
    })),
    combine: (found) =>
      found.flatMap(({ data }) => (data && data.state !== "deleted" ? [data] : [])),
  });
}

export const datasetsQuery = pagesOf<Dataset>(["datasets"], (cursor) => api.datasets(cursor));

export function useDatasets() {
  return useInfiniteQuery({ ...datasetsQuery, refetchInterval: useIdlePoll() });
}

/** Stands under the list's key, so that whatever changes a dataset reads this again too. */
export const datasetQuery = (id: string) =>
  queryOptions({ queryKey: ["datasets", id], queryFn: () => api.dataset(id) });

export function useDataset(id: string) {
  return useQuery({ ...datasetQuery(id), enabled: id !== "", refetchInterval: useIdlePoll() });
}

/** The report card of an analysis that has ended. */
export function useCard(dataset: Pick<Dataset, "id" | "card"> | undefined) {
  return useQuery({
    queryKey: ["datasets", dataset?.id ?? "", "card", dataset?.card?.job],
    queryFn: () => api.card(dataset?.id ?? ""),
    enabled: Boolean(dataset?.card),
    placeholderData: (known) => (known?.dataset === dataset?.id ? known : undefined),
  });
}

export const voicesQuery = (filter: Omit<VoiceFilter, "cursor"> = {}) =>
  pagesOf<Voice>(["voices", filter], (cursor) => api.voices({ ...filter, cursor }));

export function useVoices(filter: Omit<VoiceFilter, "cursor"> = {}) {
  return useInfiniteQuery({
    ...voicesQuery(filter),
    placeholderData: keepPreviousData,
    refetchInterval: usePagePoll((voice: Voice) => voice.state === "training"),
  });
}

export const voiceQuery = (id: string) =>
  queryOptions({ queryKey: ["voice", id], queryFn: () => api.voice(id) });

export function useVoice(id: string, enabled = true) {
  return useQuery({ ...voiceQuery(id), enabled, refetchInterval: useIdlePoll() });
}

/** The tags in use, the most used first. */
export function useVoiceTags() {
  return useQuery({ queryKey: ["voice-tags"], queryFn: api.voiceTags });
}

/** A voice's own picture as an address that an image takes; a changed one has another name. */
export function usePicture({ id, picture }: Pick<Voice, "id" | "picture">) {
  return useQuery({
    queryKey: ["picture", id, picture],
    queryFn: async () => dataUrl((await api.picture(id, picture ?? "")) as Blob),
    enabled: picture !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** What deleting a voice would remove, asked when somebody is about to. */
export function useRemoval(id: string, enabled: boolean) {
  return useQuery({
    queryKey: ["voice", id, "removal"],
    queryFn: () => api.removal(id),
    enabled,
    staleTime: 0,
  });
}

/** The checkpoints that a voice can be changed to, the best first. */
export function useCheckpoints(voice: Pick<Voice, "id" | "checkpoints">) {
  return useQuery({
    queryKey: ["checkpoints", voice.id],
    queryFn: () => api.checkpoints(voice.id),
    enabled: voice.checkpoints > 0,
  });
}

export function jobsQuery(filter: Omit<JobFilter, "cursor"> = {}) {
  const queryKey = ["jobs", filter];
  return pagesOf<Job>(queryKey, async (cursor, client) => {
    const page = await api.jobs({ ...filter, cursor });
    const known = client.getQueryData<Pages<Job>>(queryKey)?.pages ?? [];
    noteEnds(
      client,
      known.flatMap((one) => one.results),
      page.results,
    );
    return page;
  });
}

export function useJobs(filter: Omit<JobFilter, "cursor"> = {}) {
  return useInfiniteQuery({
    ...jobsQuery(filter),
    refetchInterval: usePagePoll((job: Job) => !isSettled(job)),
  });
}

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: async ({ client }) => {
      const job = await api.job(id);
      const known = client.getQueryData<Job>(["job", id]);
      noteEnds(client, known ? [known] : [], [job]);
      return job;
    },
    // An answer that was overtaken by a websocket message must not take the page back.
    structuralSharing: (known, incoming) => newer(known as Job | undefined, incoming as Job),
  });

export function useJob(id: string, enabled = true) {
  const poll = usePollInterval();
  return useQuery({
    ...jobQuery(id),
    enabled,
    refetchInterval: (query) => (query.state.data && !isSettled(query.state.data) ? poll : false),
  });
}

/** Single jobs, such as those that files were made by. */
export function useJobsById(ids: string[]): Job[] {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["job", id],
      queryFn: () => api.job(id),
      staleTime: 60_000,
    })),
    combine: (found) => found.flatMap(({ data }) => (data ? [data] : [])),
  });
}

/** The workspace's own presets of a kind, all of them: there are at most a few hundred. */
export function usePresets(kind: SungKind) {
  return useInfiniteQuery(
    pagesOf<SoundPreset>(["presets", kind], (cursor) => api.presets(kind, cursor)),
  );
}

export function useBuiltinPresets() {
  return useQuery({
    queryKey: ["presets", "builtin"],
    queryFn: api.builtinPresets,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Every label that is in use. */
export function useLabels() {
  return useQuery({ queryKey: ["job-labels"], queryFn: api.labels, staleTime: 60_000 });
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
  return useQuery({
    queryKey: ["credits"],
    queryFn: api.credits,
    refetchInterval: useIdlePoll(),
  });
}

/** Stands under the credits' key, so that whatever changes them reads this again too. */
export function useEntries() {
  return useInfiniteQuery({
    ...pagesOf<CreditEntry>(["credits", "entries"], (cursor) => api.entries(cursor)),
    refetchInterval: useIdlePoll(),
  });
}

export const usageQuery = queryOptions({ queryKey: ["credits", "usage"], queryFn: api.usage });

export function useUsage() {
  return useQuery({ ...usageQuery, refetchInterval: useIdlePoll() });
}

/** Stands under the credits' key: whatever ends a job changes both. */
export const statsQuery = queryOptions({ queryKey: ["credits", "stats"], queryFn: api.stats });

export function useStats() {
  return useQuery({ ...statsQuery, refetchInterval: useIdlePoll() });
}

/** Voices, datasets, files and jobs by name; asked when the typing rests. */
export function useSearchHits(text: string) {
  const q = useDebounced(text.trim());
  return useQuery({
    queryKey: ["search", q],
    queryFn: () => api.search(q),
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
}

export function usePlans() {
  return useQuery({
    queryKey: ["plans"],
    queryFn: api.plans,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What a start would cost; asked anew when what is asked for has stood still for a moment. */
export function useQuote(asked: QuoteAsk | null) {
  const settled = useDebounced(JSON.stringify(asked));
  const ask = JSON.parse(settled) as QuoteAsk | null;
  return useQuery({
    queryKey: ["credits", "quote", settled],
    queryFn: () => api.quote(ask as QuoteAsk),
    enabled: ask !== null,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

export function useLegal(document: "terms" | "privacy") {
  return useQuery({
    queryKey: ["legal", document],
    queryFn: () => api.legal(document),
    staleTime: 10 * 60_000,
  });
}

export function useConsentStatement() {
  return useQuery({
    queryKey: ["consent-statement"],
    queryFn: api.consentStatement,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
