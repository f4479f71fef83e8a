/** Which voices are made with the starter engine; the worker chooses, see engine/learning/choosing.py. */
import type { Voice } from "../../api/types";
import type { KnobValues } from "../knobs";

const STARTER = "starter";
/** The only rate that the starter has a base for. */
const RATE = 40_000;

export function usesStarter(voice: Pick<Voice, "encoder">): boolean {
  return voice.encoder === STARTER;
}

/** Whether a training with these knobs takes the starter's encoder. */
export function willUseStarter(params: KnobValues): boolean {
  const { content_encoder: encoder, base, preset, sample_rate: rate } = params;
  if (encoder !== "auto") return encoder === STARTER;
  if (base === STARTER) return true;
  return base !== "published" && preset === "draft" && Number(rate) === RATE;
}
