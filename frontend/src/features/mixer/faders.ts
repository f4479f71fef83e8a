/** Where the faders of a mixer stand, at first and as the knobs of a new cover. */
import type { AudioFile, Job } from "../../api/types";
import { type Fader, mixLevels } from "../../sound/levels";

export type Faders = Record<string, Fader>;
type Stem = Pick<AudioFile, "id" | "stem">;

/** What a cover's mix is made of; the others are in one of these already, or of the song before. */
const IN_THE_MIX = new Set(["acapella", "instrumental"]);

/** All that makes up the song is on; of a separation that is everything. */
export function startOf(stems: readonly Stem[]): Faders {
  const cover = stems.some(({ stem }) => stem === "acapella");
  return Object.fromEntries(
    stems.map(({ id, stem }) => [
      id,
      { db: 0, muted: cover && !IN_THE_MIX.has(stem ?? ""), solo: false },
    ]),
  );
}

/** Whether anything AI-generated is heard at these levels. */
export function isGenerated(
  stems: readonly Pick<AudioFile, "id" | "ai_generated">[],
  levels: Record<string, number>,
): boolean {
  return stems.some(({ id, ai_generated }) => ai_generated && (levels[id] ?? 0) > 0);
}

const LOWEST_DB = -60;
const HIGHEST_DB = 12;

/** The knobs that mix a new cover as the faders stand: what the old one had, and what was moved. */
export function coverLevels(
  job: Pick<Job, "params">,
  stems: readonly Stem[],
  faders: Faders,
): { lead_db: number; instrumental_db: number } {
  const levels = mixLevels(faders);
  const moved = (stem: string, knob: string) => {
    const file = stems.find((one) => one.stem === stem);
    const fader = file && faders[file.id];
    if (!file || !fader || (levels[file.id] ?? 0) === 0) return LOWEST_DB;
    const before = Number(job.params[knob] ?? 0);
    return Math.min(HIGHEST_DB, Math.max(LOWEST_DB, Math.round((before + fader.db) * 2) / 2));
  };
  return {
    lead_db: moved("acapella", "lead_db"),
    instrumental_db: moved("instrumental", "instrumental_db"),
  };
}
