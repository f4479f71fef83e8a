import type { Language } from "../api/types";
import type { Key } from "./ko";

export type Dictionary = Record<Key, string>;

/** Only the language that is spoken is fetched; the other one when somebody asks for it. */
const READ: Record<Language, () => Promise<Dictionary>> = {
  ko: async () => (await import("./ko")).ko,
  en: async () => (await import("./en")).en,
};
const read: Partial<Record<Language, Dictionary>> = {};

/** Fetches a language, once. Rejects without a connection where it was never fetched. */
export async function loadLanguage(language: Language): Promise<void> {
  read[language] ??= await READ[language]();
}

/** Every sentence of a language that `loadLanguage` has fetched. */
export function dictionary(language: Language): Dictionary {
  const known = read[language];
  if (!known) throw new Error(`${language} is not loaded`);
  return known;
}
