import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { takeEarly } from "./early";
import { FIRST_DATA } from "./firstData";
import { FIRST_READS, readsOf } from "./firstReads";
import { client } from "./generated/client.gen";

const ROOT = "http://studio.test/api/v1/";
const filled = (read: string) => read.replace(/\$/g, "of-");

beforeEach(() => {
  client.setConfig({ baseUrl: "http://studio.test" });
});
afterEach(() => {
  globalThis.early = undefined;
  vi.unstubAllGlobals();
});

it.each(Object.keys(FIRST_DATA))(
  "of %s asks for nothing that was not begun early",
  async (path) => {
    const asked: string[] = [];
    client.setConfig({
      fetch: (async (request: Request) => {
        asked.push(request.url.replace(ROOT, ""));
        return Response.json({ results: [], next: null });
      }) as typeof fetch,
    });
    const ids = Object.fromEntries(
      [...path.matchAll(/\$(\w+)/g)].map(([, name = ""]) => [name, `of-${name}`]),
    );
    await Promise.all(FIRST_DATA[path]?.(new QueryClient(), ids) ?? []);
    expect(asked.length).toBeGreaterThan(0);
    const begun = FIRST_READS[path]?.map(filled) ?? [];
    expect(asked.filter((one) => !begun.includes(one))).toEqual([]);
  },
);

it("asks who it is first and for the credits last, of guests' pages nothing", () => {
  expect(readsOf("/voices")).toEqual(["me", "voices/tags", "voices", "credits"]);
  expect(readsOf("/signin")).toEqual([]);
});

const request = (path: string, init?: RequestInit) => new Request(`${ROOT}${path}`, init);

it("takes an early answer once", async () => {
  const again = vi.fn(async () => new Response("again"));
  vi.stubGlobal("fetch", again);
  globalThis.early = { "/api/v1/me": Promise.resolve(new Response("early")) };
  expect(await (await takeEarly(request("me"))).text()).toBe("early");
  expect(await (await takeEarly(request("me"))).text()).toBe("again");
  expect(again).toHaveBeenCalledTimes(1);
});

it("asks again where the early one failed, was old, or is of another search", async () => {
  vi.stubGlobal("fetch", async () => new Response("again"));
  const say = async (asked: Request) => (await takeEarly(asked)).text();
  globalThis.early = { "/api/v1/me": Promise.reject(new TypeError("no connection")) };
  expect(await say(request("me"))).toBe("again");
  globalThis.early = { "/api/v1/files": Promise.resolve(new Response("early")) };
  expect(await say(request("files?state=ready"))).toBe("again");
  vi.spyOn(performance, "now").mockReturnValue(60_000);
  expect(await say(request("files"))).toBe("again");
  vi.restoreAllMocks();
});

it("takes nothing early once something was changed", async () => {
  vi.stubGlobal("fetch", async () => new Response("again"));
  globalThis.early = { "/api/v1/files": Promise.resolve(new Response("early")) };
  await takeEarly(request("files", { method: "POST" }));
  expect(await (await takeEarly(request("files"))).text()).toBe("again");
});
