/** Many files as one ZIP, streamed to disk where the browser can: memory stays flat. */
import { downloadZip } from "client-zip";
import { api } from "../../api/calls";
import type { AudioFile } from "../../api/types";

type Named = Pick<AudioFile, "id" | "name" | "size" | "created_at">;

/** Names that differ, as a folder needs them: the second "a.wav" is "a (2).wav". */
export function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const dot = name.lastIndexOf(".");
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    return count === 1 ? name : `${stem} (${count})${ending}`;
  });
}

/** One file after the other, each by a link of its own that is asked for when its turn comes. */
async function* contents(files: readonly Named[]) {
  const names = distinctNames(files.map(({ name }) => name));
  for (const [index, file] of files.entries()) {
    const input = await fetch((await api.downloadLink(file.id)).url);
    if (!input.ok) throw new Error(`${input.status} ${file.name}`);
    const lastModified = new Date(file.created_at);
    yield { input, name: names[index] ?? file.name, lastModified, size: file.size };
  }
}

export async function zipOf(files: readonly Named[]): Promise<Blob> {
  const stream = downloadZip(contents(files)).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  const folder = await navigator.storage?.getDirectory?.().catch(() => undefined);
  const handle = await folder?.getFileHandle(`zip-${crypto.randomUUID()}`, { create: true });
  if (!folder || !handle?.createWritable) return new Response(stream).blob();
  // What an earlier visit left behind is of no use to anybody.
  for await (const name of folder.keys()) {
    if (name.startsWith("zip-") && name !== handle.name) {
      await folder.removeEntry(name).catch(() => undefined);
    }
  }
  await stream.pipeTo(await handle.createWritable());
  return handle.getFile();
}
