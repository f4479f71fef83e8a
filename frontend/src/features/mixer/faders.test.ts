import { expect, it } from "vitest";
import { coverLevels, isGenerated, startOf } from "./faders";

const STEMS = (["acapella", "lead", "vocals", "instrumental"] as const).map((stem) => ({
  id: stem,
  stem,
  ai_generated: stem === "acapella" || stem === "lead",
}));

it("begins with what the mix is made of", () => {
  const on = Object.entries(startOf(STEMS)).filter(([, fader]) => !fader.muted);
  expect(on.map(([id]) => id)).toEqual(["acapella", "instrumental"]);
  const separated = startOf([
    { id: "v", stem: "vocals" },
    { id: "i", stem: "instrumental" },
  ]);
  expect(Object.values(separated).every((fader) => !fader.muted)).toBe(true);
});

it("moves the knobs of the next cover by as much as the faders", () => {
  const faders = startOf(STEMS);
  const job = { params: { lead_db: -2, instrumental_db: 1 } };
  expect(coverLevels(job, STEMS, faders)).toEqual({ lead_db: -2, instrumental_db: 1 });
  const set = (db: number, muted = false) => ({ db, muted, solo: false });
  const moved = { ...faders, acapella: set(3.2), instrumental: set(0, true) };
  expect(coverLevels(job, STEMS, moved)).toEqual({ lead_db: 1, instrumental_db: -60 });
  expect(coverLevels(job, STEMS, { ...faders, acapella: set(40) }).lead_db).toBe(12);
});

it("knows whether what is heard was made by AI", () => {
  expect(isGenerated(STEMS, { acapella: 1, instrumental: 1 })).toBe(true);
  expect(isGenerated(STEMS, { acapella: 0, instrumental: 1 })).toBe(false);
});
