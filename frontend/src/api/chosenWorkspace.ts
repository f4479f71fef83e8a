/**
 * Which of several workspaces this browser is in; none: the server's choice, the oldest.
 * Read once: a page stays in its workspace until it is loaded anew, whatever other tabs do.
 */
import { STORED } from "../stored";

let chosen = typeof localStorage === "undefined" ? null : localStorage.getItem(STORED.workspace);

export function chosenWorkspace(): string | null {
  return chosen;
}

/** Go there with a full load: nothing of the other workspace stays in memory. */
export function enterWorkspace(id: string, path = "/"): void {
  localStorage.setItem(STORED.workspace, id);
  location.assign(path);
}

export function forgetWorkspace(): void {
  chosen = null;
  localStorage.removeItem(STORED.workspace);
}
