/** Blind listening: trials whose answer nobody knows, and what chance alone would have made of them. */

export interface Trial {
  truth: "a" | "b";
  answer: "a" | "b";
}

export function rightOf(trials: readonly Trial[]): number {
  return trials.filter(({ truth, answer }) => truth === answer).length;
}

/** How likely somebody who guesses gets at least ``right`` of ``all``: one-sided binomial, p = 1/2. */
export function chanceOf(right: number, all: number): number {
  let term = 0.5 ** all;
  let sum = 0;
  for (let k = 0; k <= all; k++) {
    if (k >= right) sum += term;
    term = (term * (all - k)) / (k + 1);
  }
  return Math.min(1, sum);
}

/** Below it a difference is taken as heard. */
export const SIGNIFICANT = 0.05;

/** The least right answers of ``all`` at which chance is no explanation; undefined where none is. */
export function neededOf(all: number): number | undefined {
  for (let right = 0; right <= all; right++) {
    if (chanceOf(right, all) < SIGNIFICANT) return right;
  }
  return undefined;
}

/** The items in an order that nobody knows (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
