import type { Key } from "../../i18n";
import { gradeOf } from "../job/quality";

const TEXTS: Record<ReturnType<typeof gradeOf>, Key> = {
  great: "gradeGreat",
  good: "gradeGood",
  fair: "gradeFair",
  early: "gradeEarly",
};

/** What a quality means, in a sentence. */
export function gradeText(quality: number): Key {
  return TEXTS[gradeOf(quality)];
}
