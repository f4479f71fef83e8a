/** What earlier ABX tests came to, kept in this browser: by the pair that was compared. */

export interface Session {
  /** What was compared. */
  pair: string;
  /** When its first answer was given, as ISO. */
  at: string;
  right: number;
  all: number;
}

const PLACE = "voice-studio.abx";
const MOST = 200;

/** The same for A and B as for B and A. */
export function pairOf(subject: string, ids: readonly string[]): string {
  return [subject, ...ids.slice(0, 2).sort()].join(" ");
}

/** What was kept, the newest first; nonsense is forgotten. */
export function sessionsIn(text: string | null): Session[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? kept.filter(isSession) : [];
  } catch {
    return [];
  }
}

function isSession(value: unknown): value is Session {
  const one = value as Partial<Session> | null;
  return (
    typeof one?.pair === "string" &&
    !Number.isNaN(Date.parse(one.at ?? "")) &&
    Number.isInteger(one.right) &&
    Number.isInteger(one.all)
  );
}

/** With this session, in place of what the same one came to before. */
export function noted(known: readonly Session[], session: Session): Session[] {
  const others = known.filter(({ pair, at }) => pair !== session.pair || at !== session.at);
  return [session, ...others].slice(0, MOST);
}

export const readSessions = () => sessionsIn(localStorage.getItem(PLACE));

export const keepSessions = (sessions: readonly Session[]) =>
  localStorage.setItem(PLACE, JSON.stringify(sessions));
