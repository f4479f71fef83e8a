import type { Waveform } from "../api/types";

/** Peaks as one height 0..1 per column, the loudest column being 1. */
export function heights(waveform: Waveform): number[] {
  const columns = waveform.peaks.map((peak) => Math.max(0, ...peak.map(Math.abs)));
  const loudest = Math.max(...columns, 1e-6);
  return columns.map((column) => column / loudest);
}

/** `count` columns out of any number, each the loudest of its share. */
export function resample(columns: number[], count: number): number[] {
  if (columns.length === 0) return new Array<number>(count).fill(0);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * columns.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * columns.length) / count));
    return Math.max(...columns.slice(from, to));
  });
}
