import type { AudioFile } from "../../api/types";

/** As many files as one request may name. */
const AT_ONCE = 1000;

/** Calls with the ids of all files, a thousand at a time. */
export async function inParts(
  files: Pick<AudioFile, "id">[],
  call: (ids: string[]) => Promise<unknown>,
): Promise<void> {
  const ids = files.map((file) => file.id);
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    await call(ids.slice(start, start + AT_ONCE));
  }
}
