import type { Finding, Severity, Verdict } from "../../api/types";
import type { Key } from "../../i18n";
import type { Tone } from "../../ui/Badge";

export const VERDICTS: Record<Verdict, { label: Key; tone: Tone }> = {
  good: { label: "verdictGood", tone: "good" },
  fair: { label: "verdictFair", tone: "warn" },
  poor: { label: "verdictPoor", tone: "bad" },
};

export const SEVERITIES: Record<Severity, { label: Key; tone: Tone }> = {
  hint: { label: "severityHint", tone: "plain" },
  warning: { label: "severityWarning", tone: "warn" },
  serious: { label: "severitySerious", tone: "bad" },
};

export type Action = "remove" | "denoise" | "separate";
const ACTIONS: Action[] = ["remove", "separate", "denoise"];

/** What the studio can do about these findings itself, each once. */
export function actionsOf(findings: readonly Pick<Finding, "advice">[]): Action[] {
  return ACTIONS.filter((action) => findings.some((finding) => finding.advice === action));
}
