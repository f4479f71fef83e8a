import { saveLink } from "./useDownload";

const LINK_LIFE_MS = 60_000;

/** Saves what was made in the browser as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  saveLink(url, name);
  setTimeout(() => URL.revokeObjectURL(url), LINK_LIFE_MS);
}
