/*
 * The studio without a connection: the page and its hashed files, nothing else. What belongs to a
 * customer (the API, sound, signed addresses) never enters a cache. `pwa.ts` puts the list of files
 * in front, so that a new build is a new service worker.
 */
/* global SHELL */
const CACHE = "studio-shell";
const PAGE = "/";

async function fill() {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE, { cache: "reload", credentials: "same-origin" });
  const text = await page.clone().text();
  // While servers are being replaced, an old one may answer: its page does not fit these files.
  if (!page.ok || !text.includes(SHELL.entry)) throw new Error("another build's page");
  const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll(SHELL.files.filter((file) => !known.has(file)));
  await cache.put(PAGE, page);
}

async function refill() {
  const cache = await caches.open(CACHE);
  if (!(await cache.match(PAGE))) await fill();
}

/** Fonts are kept as they are used; what no build has any more is dropped. */
async function dropOld() {
  const cache = await caches.open(CACHE);
  const kept = new Set([PAGE, ...SHELL.files, ...SHELL.later]);
  for (const request of await cache.keys()) {
    if (!kept.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await caches.match(PAGE, { cacheName: CACHE });
    if (shell) return shell;
    throw error;
  }
}

async function asset(request) {
  const path = new URL(request.url).pathname;
  const known = await caches.match(path, { cacheName: CACHE });
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(path, answer.clone());
  }
  return answer;
}

const SERVER = /^\/(?:api|admin|docs|metrics|livez|readyz|provider|static|worker|ws|_allauth)(?:\/|$)/;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) =>
  event.waitUntil(dropOld().then(() => self.clients.claim())),
);
self.addEventListener("message", ({ data }) => {
  if (data === "take-over") void self.skipWaiting();
  // After a sign-out the caches are empty: the next visit fills them again.
  if (data === "fill") void refill().catch(() => undefined);
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (!SERVER.test(url.pathname)) event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(asset(request));
  }
});
