/**
 * Which of several workspaces this browser is in; none: the server's choice, the oldest.
 * Read once: a page stays in its workspace until it is loaded anew, whatever other tabs do.
 */
const STORED = "voice-studio.workspace";

let chosen = typeof localStorage === "undefined" ? null : localStorage.getItem(STORED);

export function chosenWorkspace(): string | null {
  return chosen;
}

/** Go there with a full load: nothing of the other workspace stays in memory. */
export function enterWorkspace(id: string, path = "/"): void {
  localStorage.setItem(STORED, id);
  location.assign(path);
}

export function forgetWorkspace(): void {
  chosen = null;
  localStorage.removeItem(STORED);
}
