/** Answers that `early.js` asked for before this code was there, by path and search. */
type Early = Partial<Record<string, Promise<Response>>>;

declare global {
  var early: Early | undefined;
}

/** How long an answer that nobody took counts as new. */
const FRESH_MS = 5_000;

/**
 * `fetch`, but a read that was begun early is taken over: once, and only while the page opens and
 * nothing was changed. A fault of the early one is nobody's: the call is made as if there had been
 * none.
 */
export function takeEarly(request: Request): Promise<Response> {
  const early = globalThis.early;
  if (!early) return fetch(request);
  if (performance.now() > FRESH_MS || request.method !== "GET") globalThis.early = undefined;
  const { pathname, search } = new URL(request.url);
  const begun = globalThis.early?.[pathname + search];
  if (!begun) return fetch(request);
  delete early[pathname + search];
  return begun.catch(() => fetch(request));
}
