/** The keys of the studio: read by the listener and shown by the sheet, so that both say the same. */
import type { Key } from "../../i18n";

/** Pages that a key after `g` leads to. */
export const GOES = {
  h: { to: "/", label: "home" },
  l: { to: "/library", label: "library" },
  v: { to: "/voices", label: "voices" },
  c: { to: "/convert", label: "convert" },
  r: { to: "/history", label: "history" },
  j: { to: "/jobs", label: "jobs" },
  u: { to: "/usage", label: "usage" },
  a: { to: "/account", label: "account" },
} as const satisfies Record<string, { to: string; label: Key }>;

export type GoKey = keyof typeof GOES;

export type Press = "palette" | "help" | "play" | { go: GoKey };

/** How long `g` waits for its second key. */
const PAIR_MS = 1_200;

export interface KeyPress {
  key: string;
  ctrl: boolean;
  alt: boolean;
  /** Whether the key belongs to a field or an open dialog. */
  taken: boolean;
  at: number;
}

/**
 * Reads one key after another; undefined where a key means nothing here.
 * `letters` false leaves the palette alone: keys without Ctrl can hinder speech input (WCAG 2.1.4).
 */
export function createReader(letters: () => boolean): (press: KeyPress) => Press | undefined {
  let pressedG = Number.NEGATIVE_INFINITY;
  return ({ key, ctrl, alt, taken, at }) => {
    if (ctrl && !alt && key.toLowerCase() === "k") return "palette";
    if (ctrl || alt || taken || !letters()) return undefined;
    const second = at - pressedG < PAIR_MS;
    pressedG = Number.NEGATIVE_INFINITY;
    if (second && Object.hasOwn(GOES, key)) return { go: key as GoKey };
    if (key === "g") pressedG = at;
    if (key === "?") return "help";
    if (key === "/") return "palette";
    return key === "p" ? "play" : undefined;
  };
}

const STORED = "voice-studio.letter-keys";

export function lettersOn(): boolean {
  return localStorage.getItem(STORED) !== "off";
}

export function setLetters(on: boolean): void {
  if (on) localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, "off");
}
