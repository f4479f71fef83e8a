/** What may be uploaded; the server checks the same again. */
export const EXTENSIONS = [
  ".wav",
  ".flac",
  ".mp3",
  ".m4a",
  ".aac",
  ".ogg",
  ".opus",
  ".aiff",
  ".aif",
  ".mp4",
  ".mov",
];
export const ACCEPT = [...EXTENSIONS, "audio/*"].join(",");
export const LARGEST_BYTES = 2 * 1024 ** 3;
const MB = 1024 * 1024;
/** Above this a file goes in parts, so that it can pause and resume where it was. */
export const PARTS_ABOVE_BYTES = 16 * MB;
export const PART_BYTES = 16 * MB;

export type Refusal = "uploadType" | "uploadTooLarge" | "uploadEmpty";

export function refusal(file: { name: string; size: number }): Refusal | null {
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  if (!EXTENSIONS.includes(ending)) return "uploadType";
  if (file.size > LARGEST_BYTES) return "uploadTooLarge";
  return file.size === 0 ? "uploadEmpty" : null;
}
