const PATIENCE_MS = 2000;

/**
 * Claims a name among the tabs of this browser, until it is released or the page goes.
 * Resolves to the release, or to null where another tab keeps the name.
 */
export function claim(name: string): Promise<(() => void) | null> {
  // Plain HTTP has no locks: each tab then goes by itself.
  if (!navigator.locks) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    const hold = () => new Promise<void>((release) => resolve(release));
    // A page that is being reloaded may keep it a moment longer.
    const signal = AbortSignal.timeout(PATIENCE_MS);
    navigator.locks.request(name, { signal }, hold).catch(() => resolve(null));
  });
}
