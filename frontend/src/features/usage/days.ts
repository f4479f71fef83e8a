/** The days of the usage chart, ready to be drawn. */
import type { DayUse } from "../../api/types";

export interface DayBar {
  day: string;
  credits: number;
  /** Of the busiest day, 0..1. */
  share: number;
}

export interface Days {
  bars: DayBar[];
  total: number;
  /** The busiest day; undefined where nothing was used. */
  most: DayBar | undefined;
}

export function daysOf(days: readonly DayUse[]): Days {
  const highest = Math.max(0, ...days.map((day) => day.credits));
  const bars = days.map(({ day, credits }) => ({
    day,
    credits,
    share: highest > 0 ? credits / highest : 0,
  }));
  return {
    bars,
    total: days.reduce((sum, day) => sum + day.credits, 0),
    most: highest > 0 ? bars.find((bar) => bar.credits === highest) : undefined,
  };
}
