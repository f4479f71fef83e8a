import type { Voice } from "../../api/types";
import type { Key } from "../../i18n";
import { noteName } from "../../i18n/format";
import type { Tone } from "../../ui/Badge";

const STATES: Record<string, { label: Key; tone: Tone }> = {
  draft: { label: "voiceDraft", tone: "plain" },
  training: { label: "voiceTraining", tone: "violet" },
  ready: { label: "voiceReady", tone: "good" },
  disabled: { label: "voiceDisabled", tone: "warn" },
  failed: { label: "voiceFailed", tone: "bad" },
};

export function voiceState(state: string): { label: Key; tone: Tone } {
  return STATES[state] ?? { label: "voiceDraft", tone: "plain" };
}

/** The range that the voice was heard in while training, as notes. */
export function voiceRange(voice: Voice): string | undefined {
  if (!voice.f0_low_hz || !voice.f0_high_hz) return undefined;
  return `${noteName(voice.f0_low_hz)}–${noteName(voice.f0_high_hz)}`;
}

/** By how many percent the held-out mel distance fell during training. */
export function improvement(voice: Voice): number | undefined {
  const { mel_distance_start: start, mel_distance_end: end } = voice;
  if (!start || end == null) return undefined;
  return Math.round((1 - end / start) * 100);
}
