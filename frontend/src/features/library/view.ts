/** Which part of a file the trim dialog shows: all of it, or a window that one zooms into. */

export interface View {
  from: number;
  to: number;
}

/** Narrower than this nothing can be told apart. */
export const NARROWEST_S = 0.5;

export const viewOf = (whole: number): View => ({ from: 0, to: whole });

export const isWhole = ({ from, to }: View, whole: number) => from <= 0 && to >= whole;

/** Moved back into the file, as wide as it was. */
function within({ from, to }: View, whole: number): View {
  const width = Math.min(to - from, whole);
  const start = Math.min(Math.max(0, from), whole - width);
  return { from: start, to: start + width };
}

/** `factor` times as wide, about a moment that stays where it is in the window. */
export function zoomed(view: View, whole: number, factor: number, about: number): View {
  const old = view.to - view.from;
  const width = Math.min(whole, Math.max(NARROWEST_S, old * factor));
  const inside = Math.min(Math.max(view.from, about), view.to);
  const share = old > 0 ? (inside - view.from) / old : 0;
  const from = inside - share * width;
  return within({ from, to: from + width }, whole);
}

/** Moved by a share of its width. */
export function panned(view: View, whole: number, share: number): View {
  const by = share * (view.to - view.from);
  return within({ from: view.from + by, to: view.to + by }, whole);
}

/** The window itself, or where it lacks the moment one as wide with the moment in its middle. */
export function showing(view: View, whole: number, at: number): View {
  if (at >= view.from && at <= view.to) return view;
  const half = (view.to - view.from) / 2;
  return within({ from: at - half, to: at + half }, whole);
}

/** Where a moment stands in the window, 0 at its left and 1 at its right edge. */
export const placeOf = (at: number, { from, to }: View) =>
  to > from ? (at - from) / (to - from) : 0;

/** `count` heights of what the window shows; a column that several bars lie in stands in each. */
export function barsIn(columns: readonly number[], view: View, whole: number, count: number) {
  const columnAt = (bar: number) => {
    const at = view.from + ((view.to - view.from) * bar) / count;
    return whole > 0 ? (at / whole) * columns.length : 0;
  };
  return Array.from({ length: count }, (_, bar) => {
    const first = Math.min(Math.floor(columnAt(bar)), columns.length - 1);
    const last = Math.max(first + 1, Math.ceil(columnAt(bar + 1)));
    return Math.max(0, ...columns.slice(Math.max(0, first), last));
  });
}
