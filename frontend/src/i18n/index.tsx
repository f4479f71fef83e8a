import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import type { Bilingual, Language } from "../api/types";
import { STORED } from "../stored";
import { type Dictionary, dictionary, loadLanguage } from "./dictionaries";
import type { Key } from "./ko";

export type { Key } from "./ko";

export type Translate = (key: Key, values?: Record<string, string | number>) => string;

/**
 * The sentence of `key`, with `{name}` replaced by `values.name`;
 * `{count|file|files}` is the first word where `values.count` is one, else the second.
 */
export function translate(
  sentences: Dictionary,
  key: Key,
  values: Record<string, string | number> = {},
): string {
  return sentences[key].replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) => {
      if (!(name in values)) return whole;
      if (many === undefined) return String(values[name]);
      return (Math.abs(Number(values[name])) === 1 ? one : many) ?? whole;
    },
  );
}

interface I18n {
  language: Language;
  setLanguage: (language: Language) => void;
  /** Takes the account's language where none was chosen in this browser. */
  adoptLanguage: (language: Language) => void;
  t: Translate;
  /** Picks the reader's language out of a bilingual sentence of the server. */
  pick: (text: Bilingual) => string;
}

const I18nContext = createContext<I18n | null>(null);

function storedLanguage(): Language {
  return localStorage.getItem(STORED.language) === "en" ? "en" : "ko";
}

/** Before the first page is drawn: the sentences of the language it speaks. */
export function loadStoredLanguage(): Promise<void> {
  return loadLanguage(storedLanguage());
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setState] = useState<Language>(storedLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    // What the installed studio is called follows the language at its installation.
    const manifest = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
    if (manifest) manifest.href = `/manifest.${language}.webmanifest`;
  }, [language]);
  const speak = useCallback((chosen: Language) => {
    const stay = () => undefined; // without a connection the page goes on as it is
    loadLanguage(chosen).then(() => setState(chosen), stay);
  }, []);
  useEffect(() => {
    // All windows of a browser speak one language.
    const follow = ({ key }: StorageEvent) => key === STORED.language && speak(storedLanguage());
    window.addEventListener("storage", follow);
    return () => window.removeEventListener("storage", follow);
  }, [speak]);
  const setLanguage = useCallback(
    (chosen: Language) => {
      localStorage.setItem(STORED.language, chosen);
      speak(chosen);
    },
    [speak],
  );
  const adoptLanguage = useCallback(
    (known: Language) => {
      if (localStorage.getItem(STORED.language) === null) speak(known);
    },
    [speak],
  );
  const value = useMemo<I18n>(
    () => ({
      language,
      setLanguage,
      adoptLanguage,
      t: (key, values) => translate(dictionary(language), key, values),
      pick: (text) => text[language],
    }),
    [language, setLanguage, adoptLanguage],
  );
  return <I18nContext value={value}>{children}</I18nContext>;
}

export function useI18n(): I18n {
  const value = useContext(I18nContext);
  if (!value) throw new Error("useI18n needs an I18nProvider");
  return value;
}
