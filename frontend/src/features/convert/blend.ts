/** Voices that sing together: further voices have shares, the first one gets the rest. */
import type { BlendPart } from "../../api/types";

export const MOST_VOICES = 4;
/** No voice goes below it: what is less can't be heard. */
export const LEAST_SHARE = 0.05;

/** Two decimals, so that sums of shares stay what they look like. */
const round = (share: number) => Math.round(share * 100) / 100;

/** What is left for the first voice. */
export function restOf(blend: readonly BlendPart[]): number {
  return round(1 - blend.reduce((sum, part) => sum + part.weight, 0));
}

/** The blend with one voice more, all of them with the same share. */
export function withVoice(blend: readonly BlendPart[], voice: string): BlendPart[] {
  const weight = Math.floor(100 / (blend.length + 2)) / 100;
  return [...blend.map((part) => part.voice), voice].map((id) => ({ voice: id, weight }));
}

export function withoutVoice(blend: readonly BlendPart[], voice: string): BlendPart[] {
  return blend.filter((part) => part.voice !== voice);
}

/** The most that a voice can have while the others keep theirs and the first one its least. */
export function mostShare(blend: readonly BlendPart[], voice: string): number {
  return round(restOf(withoutVoice(blend, voice)) - LEAST_SHARE);
}

/** The blend with another share of one voice, within what the others leave. */
export function withShare(blend: readonly BlendPart[], voice: string, share: number): BlendPart[] {
  const weight = round(Math.min(mostShare(blend, voice), Math.max(LEAST_SHARE, share)));
  return blend.map((part) => (part.voice === voice ? { voice, weight } : part));
}
