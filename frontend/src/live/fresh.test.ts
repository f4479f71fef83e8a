import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import type { AudioFile, Job, Voice } from "../api/types";
import { applyMessage, isFinished, isSettled, newer, noteEnds, type Pages } from "./fresh";

function job(version: number, change: Partial<Job> = {}): Job {
  return {
    id: "a",
    kind: "train",
    state: "running",
    title: "t",
    stage: "train",
    fraction: version / 10,
    eta_s: null,
    step: version,
    total_steps: 10,
    losses: {},
    scores: null,
    finishing: false,
    batch: null,
    voices: [],
    backing: null,
    continues: null,
    cost: null,
    quote: 1,
    voice: { id: "v", name: "v", picture: null },
    source: null,
    results: [],
    error: null,
    attempt: null,
    params: {},
    queue_position: null,
    waiting: null,
    labels: [],
    version,
    created_at: "2026-01-01T00:00:00Z",
    started_at: null,
    finished_at: null,
    ...change,
  };
}

const listed = (client: QueryClient) =>
  client.getQueryData<Pages<Job>>(["jobs", {}])?.pages[0]?.results[0]?.version;

describe("messages of the websocket", () => {
  let client: QueryClient;
  beforeEach(() => {
    client = new QueryClient();
    client.setQueryData(["job", "a"], job(5));
    client.setQueryData(["jobs", {}], { pages: [{ results: [job(5)] }], pageParams: [undefined] });
  });

  it("bring what is newer", () => {
    applyMessage(client, { type: "job", data: job(6) });
    expect(client.getQueryData<Job>(["job", "a"])?.version).toBe(6);
    expect(listed(client)).toBe(6);
  });

  it("tell of a suspension", () => {
    const workspace = { id: "w", name: "old", role: "owner", suspended_at: null } as const;
    const other = { ...workspace, id: "x" };
    client.setQueryData(["me"], { workspace, workspaces: [other, workspace] });
    const told = { id: "w", name: "new", suspended_at: "2026-01-01T00:00:00Z" };
    applyMessage(client, { type: "workspace", data: told });
    const after = { ...workspace, ...told };
    expect(client.getQueryData(["me"])).toEqual({ workspace: after, workspaces: [other, after] });
  });

  it("change nothing where they are late or repeated", () => {
    applyMessage(client, { type: "job", data: job(4) });
    applyMessage(client, { type: "job", data: job(5, { title: "same version" }) });
    applyMessage(client, { type: "job", data: job(3) });
    expect(client.getQueryData<Job>(["job", "a"])?.version).toBe(5);
    expect(listed(client)).toBe(5);
  });

  it("of the members ask who is there, and what one may do", () => {
    const keys = [["me"], ["members", "w"], ["invitations", "w"]];
    for (const key of keys) client.setQueryData(key, {});
    applyMessage(client, { type: "members", data: { workspace: "w" } });
    const stale = keys.map((key) => client.getQueryState(key)?.isInvalidated);
    expect(stale).toEqual([true, true, true]);
    expect(client.getQueryState(["job", "a"])?.isInvalidated).toBe(false);
  });

  it("reach the same end in reverse order", () => {
    for (const version of [9, 8, 7, 6]) {
      applyMessage(client, { type: "job", data: job(version) });
    }
    expect(client.getQueryData<Job>(["job", "a"])?.version).toBe(9);
  });

  it("mark the lists stale for a job that they don't hold", () => {
    applyMessage(client, { type: "job", data: job(1, { id: "b" }) });
    expect(client.getQueryState(["jobs", {}])?.isInvalidated).toBe(true);
  });

  it("update the credits and keep their history", () => {
    client.setQueryData(["credits"], { available: 1, reserved: 0, entries: [] });
    applyMessage(client, { type: "credits", data: { available: 7, reserved: 2, owed: 0 } });
    expect(client.getQueryData(["credits"])).toEqual({
      available: 7,
      reserved: 2,
      owed: 0,
      entries: [],
    });
  });
});

it("keeps another job's reading apart", () => {
  expect(newer(job(9), job(1, { id: "b" })).id).toBe("b");
});

it("knows the final states", () => {
  expect(
    ["queued", "running", "succeeded", "failed", "cancelled"].map((state) =>
      isFinished({ state: state as Job["state"] }),
    ),
  ).toEqual([false, false, true, true, true]);
});

it("takes a job for settled once its results can be played", () => {
  const result = (state: AudioFile["state"]) =>
    isSettled(job(1, { state: "succeeded", results: [{ state } as AudioFile] }));
  expect([result("probing"), result("ready"), result("failed")]).toEqual([false, true, true]);
  expect(isSettled(job(1, { state: "running" }))).toBe(false);
});

it("reads a job again when its result was measured", () => {
  const client = new QueryClient();
  client.setQueryData(["job", "a"], job(5));
  applyMessage(client, {
    type: "file",
    data: { id: "f", job_id: "a", state: "ready" } as AudioFile,
  });
  expect(client.getQueryState(["job", "a"])?.isInvalidated).toBe(true);
});

it("forgets a voice that was deleted", () => {
  const client = new QueryClient();
  const voice = (id: string, state: Voice["state"]) => ({ id, state }) as Voice;
  client.setQueryData(["voice", "v"], voice("v", "ready"));
  client.setQueryData(["voices"], {
    pages: [{ results: [voice("v", "ready"), voice("w", "ready")] }],
    pageParams: [undefined],
  });
  applyMessage(client, { type: "voice", data: { ...voice("v", "ready"), state: "deleted" } });
  expect(client.getQueryData(["voice", "v"])).toBeUndefined();
  const left = client.getQueryData<Pages<Voice>>(["voices"])?.pages[0]?.results;
  expect(left?.map((one) => one.id)).toEqual(["w"]);
});

it.each([
  ["running", true],
  ["succeeded", false],
] as const)("reads the credits again when a poll finds a %s job ended: %s", (before, again) => {
  const client = new QueryClient();
  client.setQueryData(["credits"], { available: 1, reserved: 0, entries: [] });
  noteEnds(client, [job(5, { state: before })], [job(6, { state: "succeeded" })]);
  expect(client.getQueryState(["credits"])?.isInvalidated).toBe(again);
});

describe("a file", () => {
  const file = (id: string, state: AudioFile["state"]) =>
    ({ id, state, job_id: null }) as AudioFile;
  const SHOWN = ["files", { sort: "name" }];
  const TRASH = ["files", { state: "trashed" }];

  function shelves(shown: AudioFile[], trash: AudioFile[]) {
    const client = new QueryClient();
    const list = (results: AudioFile[]) => ({ pages: [{ results }], pageParams: [undefined] });
    client.setQueryData(SHOWN, list(shown));
    client.setQueryData(TRASH, list(trash));
    return client;
  }
  const ids = (client: QueryClient, key: unknown[]) =>
    client.getQueryData<Pages<AudioFile>>(key)?.pages[0]?.results.map((one) => one.id);
  const stale = (client: QueryClient, key: unknown[]) => client.getQueryState(key)?.isInvalidated;

  it("that a list holds changes in its place, and the list is not read again", () => {
    const client = shelves([file("a", "probing"), file("b", "ready")], []);
    applyMessage(client, { type: "file", data: file("a", "ready") });
    const first = client.getQueryData<Pages<AudioFile>>(SHOWN)?.pages[0]?.results[0];
    expect(first?.state).toBe("ready");
    expect([stale(client, SHOWN), stale(client, TRASH)]).toEqual([false, false]);
  });

  it("leaves its list for the trash, which is read again", () => {
    const client = shelves([file("a", "ready"), file("b", "ready")], []);
    applyMessage(client, { type: "file", data: file("a", "trashed") });
    expect(ids(client, SHOWN)).toEqual(["b"]);
    expect([stale(client, SHOWN), stale(client, TRASH)]).toEqual([false, true]);
  });

  it("comes back from the trash, and its list is read again", () => {
    const client = shelves([file("b", "ready")], [file("a", "trashed")]);
    applyMessage(client, { type: "file", data: file("a", "ready") });
    expect(ids(client, TRASH)).toEqual([]);
    expect([stale(client, SHOWN), stale(client, TRASH)]).toEqual([true, false]);
  });
});
