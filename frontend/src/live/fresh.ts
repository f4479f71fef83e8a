import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { AudioFile, Credits, Job, Me, Page, Voice, Workspace } from "../api/types";
import { enter, renewFiles } from "./shelf";

const FINAL = new Set(["succeeded", "failed", "cancelled"]);

export function isFinished(job: Pick<Job, "state">): boolean {
  return FINAL.has(job.state);
}

/** Nothing about it changes any more: it has ended and its results were measured. */
export function isSettled(job: Pick<Job, "state" | "results">): boolean {
  return isFinished(job) && job.results.every((file) => file.state !== "probing");
}

/** The one of two readings of a job that the server made later. */
export function newer(known: Job | undefined, incoming: Job): Job {
  return known && known.id === incoming.id && known.version > incoming.version ? known : incoming;
}

/** Pages of an infinite list, as the query cache holds them. */
export interface Pages<T> {
  pages: Page<T>[];
  pageParams: unknown[];
}

function changeResults<T>(
  lists: Pages<T> | undefined,
  change: (results: T[]) => T[],
): Pages<T> | undefined {
  if (!lists) return lists;
  return {
    ...lists,
    pages: lists.pages.map((page) => ({ ...page, results: change(page.results) })),
  };
}

function replaceIn<T extends { id: string }>(
  lists: Pages<T> | undefined,
  item: T,
  pick: (known: T, incoming: T) => T,
): Pages<T> | undefined {
  return changeResults(lists, (results) =>
    results.map((known) => (known.id === item.id ? pick(known, item) : known)),
  );
}

function withoutItem<T extends { id: string }>(
  lists: Pages<T> | undefined,
  id: string,
): Pages<T> | undefined {
  return changeResults(lists, (results) => results.filter((known) => known.id !== id));
}

function holds<T extends { id: string }>(client: QueryClient, key: string, id: string): boolean {
  return client
    .getQueriesData<Pages<T>>({ queryKey: [key] })
    .some(([, lists]) => lists?.pages.some((page) => page.results.some((one) => one.id === id)));
}

/** No GET answers with a deleted voice; only the websocket tells of one. */
type GoneVoice = Omit<Voice, "state"> & { state: "deleted" };

/** What the workspace's websocket tells: the same JSON as the GET of that thing. */
export type Message =
  | { type: "job"; data: Job }
  | { type: "file"; data: AudioFile }
  | { type: "voice"; data: Voice | GoneVoice }
  | { type: "credits"; data: Pick<Credits, "available" | "reserved" | "owed"> }
  | { type: "workspace"; data: Pick<Workspace, "id" | "name" | "suspended_at"> }
  | { type: "members"; data: { workspace: string } };

/** Writes one message of the websocket into the cache; older versions change nothing. */
export function applyMessage(client: QueryClient, message: Message): void {
  switch (message.type) {
    case "job":
      applyJob(client, message.data);
      return;
    case "file":
      applyFile(client, message.data);
      return;
    case "voice":
      applyVoice(client, message.data);
      return;
    case "members":
      for (const key of ["members", "invitations", "me"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      return;
    case "credits":
      client.setQueryData<Credits>(["credits"], (known) => known && { ...known, ...message.data });
      void client.invalidateQueries({ queryKey: ["credits"] });
      return;
    case "workspace":
      client.setQueryData<Me>(["me"], (known) => known && withWorkspace(known, message.data));
  }
}

function withWorkspace(me: Me, told: Partial<Workspace>): Me {
  const renew = (known: Workspace) => (known.id === told.id ? { ...known, ...told } : known);
  return { ...me, workspace: renew(me.workspace), workspaces: me.workspaces.map(renew) };
}

export function applyJob(client: QueryClient, job: Job): void {
  const known = client.getQueryData<Job>(["job", job.id]);
  const latest = newer(known, job);
  client.setQueryData(["job", job.id], latest);
  client.setQueriesData<Pages<Job>>({ queryKey: ["jobs"] }, (lists) =>
    replaceIn(lists, latest, newer),
  );
  if (!holds<Job>(client, "jobs", job.id)) {
    void client.invalidateQueries({ queryKey: ["jobs"] });
  }
  if (known?.state !== latest.state) {
    if (known) void client.invalidateQueries({ queryKey: ["jobs"] });
    if (isFinished(latest)) invalidateOutcome(client, latest);
  }
}

/** Jobs that a poll found ended change as much as those that the websocket tells of. */
export function noteEnds(client: QueryClient, known: Job[], incoming: Job[]): void {
  const open = new Set(known.filter((job) => !isFinished(job)).map((job) => job.id));
  for (const job of incoming) {
    if (open.has(job.id) && isFinished(job)) invalidateOutcome(client, job);
  }
}

function invalidateOutcome(client: QueryClient, job: Job): void {
  renewFiles(client);
  for (const key of ["voices", "credits"]) {
    void client.invalidateQueries({ queryKey: [key] });
  }
  if (job.voice) {
    void client.invalidateQueries({ queryKey: ["voice", job.voice.id] });
    void client.invalidateQueries({ queryKey: ["checkpoints", job.voice.id] });
  }
  if (job.kind === "analyse") void client.invalidateQueries({ queryKey: ["datasets"] });
  void client.invalidateQueries({ queryKey: ["job-events", job.id] });
  void client.invalidateQueries({ queryKey: ["previews", job.id] });
}

function applyVoice(client: QueryClient, voice: Voice | GoneVoice): void {
  if (voice.state === "deleted") {
    client.removeQueries({ queryKey: ["voice", voice.id] });
    client.setQueriesData<Pages<Voice>>({ queryKey: ["voices"] }, (lists) =>
      withoutItem(lists, voice.id),
    );
    return;
  }
  client.setQueryData(["voice", voice.id], voice);
  if (!holds<Voice>(client, "voices", voice.id)) {
    void client.invalidateQueries({ queryKey: ["voices"] });
  }
  client.setQueriesData<Pages<Voice>>({ queryKey: ["voices"] }, (lists) =>
    replaceIn(lists, voice, (_, incoming) => incoming),
  );
}

/** Out of sight: in the trash, or erased. */
const GONE = new Set<AudioFile["state"]>(["trashed", "deleted"]);

/** A long list is not read again for a file that it holds already, or that leaves it. */
function applyToList(
  client: QueryClient,
  key: QueryKey,
  list: Pages<AudioFile> | undefined,
  file: AudioFile,
): void {
  const { state } = (key[1] ?? {}) as { state?: AudioFile["state"] };
  const fits = state ? file.state === state : !GONE.has(file.state);
  const held = list?.pages.some((page) => page.results.some((one) => one.id === file.id));
  if (!held) {
    if (fits) enter(client, key, file);
    return;
  }
  client.setQueryData<Pages<AudioFile>>(key, (known) =>
    fits ? replaceIn(known, file, (_, incoming) => incoming) : withoutItem(known, file.id),
  );
}

export function applyFile(client: QueryClient, file: AudioFile): void {
  client.setQueryData(["file", file.id], file);
  for (const [key, list] of client.getQueriesData<Pages<AudioFile>>({ queryKey: ["files"] })) {
    applyToList(client, key, list, file);
  }
  if (file.state !== "uploading") void client.invalidateQueries({ queryKey: ["datasets"] });
  void client.invalidateQueries({ queryKey: ["file-summary"] });
  if (file.job_id) {
    // A result can be played once it was measured, which is after its job has ended.
    void client.invalidateQueries({ queryKey: ["job", file.job_id] });
    void client.invalidateQueries({ queryKey: ["jobs"] });
  }
}
