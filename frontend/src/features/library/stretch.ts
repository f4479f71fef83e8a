/** A stretch of a file, in seconds. */
export interface Stretch {
  start: number;
  end: number;
}

/** As the server has it. */
export const SHORTEST_S = 0.5;

const toMillis = (seconds: number) => Math.round(seconds * 1000) / 1000;

/**
 * The stretch within the file and long enough; of the two ends the one that moved gives way.
 * The end of the file is kept as it is, whatever stands behind its milliseconds.
 */
export function clamped(wanted: Stretch, whole: number, old: Stretch): Stretch {
  const shortest = Math.min(SHORTEST_S, whole);
  let { start, end } = wanted;
  if (start !== old.start) start = Math.min(start, end - shortest);
  else end = Math.max(end, start + shortest);
  start = Math.min(Math.max(0, toMillis(start)), whole - shortest);
  end = toMillis(Math.max(end, start + shortest));
  return { start, end: end >= toMillis(whole) ? whole : end };
}
