/** The service worker: installed after the first page, and what is told of a newer one. */

const LOOK_EVERY_MS = 60 * 60_000;
/** The installation fetches every file of the studio: the page that is open goes first. */
const AFTER_LOAD_MS = 3_000;

/** `onNewer` is given the function that goes over to the new version. */
export function registerServiceWorker(onNewer: (takeOver: () => void) => void): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const start = () =>
    setTimeout(() => void register(onNewer).catch(() => undefined), AFTER_LOAD_MS);
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
}

async function register(onNewer: (takeOver: () => void) => void): Promise<void> {
  const workers = navigator.serviceWorker;
  const registration = await workers.register("/sw.js", { updateViaCache: "none" });
  registration.active?.postMessage("fill");
  let leaving = false;
  function offer(): void {
    const waiting = registration.waiting;
    // The very first one has no page of an older version to replace.
    if (!waiting || !workers.controller) return;
    onNewer(() => {
      workers.addEventListener("controllerchange", () => {
        if (!leaving) location.reload();
        leaving = true;
      });
      waiting.postMessage("take-over");
    });
  }
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, LOOK_EVERY_MS);
  window.addEventListener("online", look);
}

/** Forgets every cached file; the next visit fills the cache anew. */
export async function clearCaches(): Promise<void> {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) await caches.delete(name);
}
