/** Which of several workspaces this browser is in; none: the server's choice, the oldest. */
const STORED = "voice-studio.workspace";

export function chosenWorkspace(): string | null {
  return localStorage.getItem(STORED);
}

/** Go there with a full load: nothing of the other workspace stays in memory. */
export function enterWorkspace(id: string, path = "/"): void {
  localStorage.setItem(STORED, id);
  location.assign(path);
}

export function forgetWorkspace(): void {
  localStorage.removeItem(STORED);
}
