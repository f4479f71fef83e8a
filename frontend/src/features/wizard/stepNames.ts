/** Alone in this file, so that the router does not load the knobs of a training. */
export const STEPS = ["consent", "sources", "card", "settings", "start"] as const;
export type Step = (typeof STEPS)[number];
