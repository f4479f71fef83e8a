import type { JobEvent } from "../../api/types";

export interface Point {
  step: number;
  value: number;
}

/** The points of one loss, one per step; a resumed attempt overwrites the steps it repeats. */
export function pointsOf(history: JobEvent[], name: string): Point[] {
  const byStep = new Map<number, number>();
  for (const event of history) {
    const value = event.losses?.[name];
    if (event.step != null && value !== undefined && Number.isFinite(value)) {
      byStep.set(event.step, value);
    }
  }
  return [...byStep].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step);
}

export function lossNames(history: JobEvent[]): string[] {
  const names = new Set<string>();
  for (const event of history) for (const name of Object.keys(event.losses ?? {})) names.add(name);
  return [...names];
}

/** Exponential moving average, for a line that can be read through the noise. */
export function smooth(points: Point[], weight = 0.85): Point[] {
  let mean = points[0]?.value ?? 0;
  return points.map(({ step, value }) => {
    mean = weight * mean + (1 - weight) * value;
    return { step, value: mean };
  });
}

/** At most `count` points, evenly picked, the last one kept. */
export function thin(points: Point[], count: number): Point[] {
  if (points.length <= count) return points;
  const every = (points.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => points[Math.round(index * every)] as Point);
}

export interface Frame {
  x: (step: number) => number;
  y: (value: number) => number;
  low: number;
  high: number;
  last: number;
}

export function frameOf(points: Point[], width: number, height: number): Frame {
  const values = points.map((point) => point.value);
  const low = Math.min(...values);
  const high = Math.max(...values, low + 1e-6);
  const first = points[0]?.step ?? 0;
  const last = Math.max(points.at(-1)?.step ?? 1, first + 1);
  return {
    x: (step) => ((step - first) / (last - first)) * width,
    y: (value) => height - ((value - low) / (high - low)) * height,
    low,
    high,
    last,
  };
}

export function pathOf(points: Point[], frame: Frame): string {
  return points
    .map(
      ({ step, value }, index) =>
        `${index === 0 ? "M" : "L"}${frame.x(step).toFixed(1)} ${frame.y(value).toFixed(1)}`,
    )
    .join("");
}
