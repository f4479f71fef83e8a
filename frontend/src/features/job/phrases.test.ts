import { describe, expect, it } from "vitest";
import type { JobEvent, Preview } from "../../api/types";
import { phrasesOf } from "./phrases";

const evaluated = (step: number, quality: number) =>
  ({ type: "evaluated", step, scores: { quality } }) as JobEvent;
const preview = (step: number): Preview => ({ step, mel_distance: 1, url: `u${step}` });

describe("the checkpoints of a training", () => {
  it("bring scores and sounds of a step together, in order", () => {
    const phrases = phrasesOf(
      [evaluated(100, 40), evaluated(0, 90), evaluated(200, 60)],
      [preview(200), preview(0), preview(150)],
    );
    expect(
      phrases.map(({ step, scores, preview, best }) => [step, scores?.quality, preview?.url, best]),
    ).toEqual([
      [0, 90, "u0", false],
      [100, 40, undefined, false],
      [150, undefined, "u150", false],
      [200, 60, "u200", true],
    ]);
  });

  it("are none before anything was heard", () => {
    expect(phrasesOf([], [])).toEqual([]);
  });
});
