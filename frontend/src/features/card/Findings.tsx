import type { Finding } from "../../api/types";
import { useI18n } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { SEVERITIES } from "./cardText";

/** What was found, the worst first as the worker lists it, each with how bad it is. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  const { t, pick } = useI18n();
  return (
    <ul className="grid gap-2">
      {findings.map((finding) => (
        <li
          key={`${finding.defect}-${finding.en}`}
          className="grid grid-cols-[3.75rem_minmax(0,1fr)] items-baseline gap-2 text-sm"
        >
          <span>
            <Badge tone={SEVERITIES[finding.severity].tone}>
              {t(SEVERITIES[finding.severity].label)}
            </Badge>
          </span>
          <span className="text-muted">{pick(finding)}</span>
        </li>
      ))}
    </ul>
  );
}
