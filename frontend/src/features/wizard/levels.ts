/** How long to train, in words, for those who do not want to think in steps. */
import type { Key } from "../../i18n";
import type { KnobValues } from "../knobs";

export interface Level {
  name: "quick" | "standard" | "best";
  label: Key;
  text: Key;
  values: { total_steps: number; checkpoint_every: number };
}

export const LEVELS: Level[] = [
  {
    name: "quick",
    label: "levelQuick",
    text: "levelQuickText",
    values: { total_steps: 300, checkpoint_every: 50 },
  },
  {
    name: "standard",
    label: "levelStandard",
    text: "levelStandardText",
    values: { total_steps: 1200, checkpoint_every: 100 },
  },
  {
    name: "best",
    label: "levelBest",
    text: "levelBestText",
    values: { total_steps: 2400, checkpoint_every: 200 },
  },
];

/** The level that these knobs stand at, if they stand at one. */
export function levelOf(params: KnobValues): Level | undefined {
  return LEVELS.find(
    ({ values }) =>
      Number(params.total_steps) === values.total_steps &&
      Number(params.checkpoint_every) === values.checkpoint_every,
  );
}
