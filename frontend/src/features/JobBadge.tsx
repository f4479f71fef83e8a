import type { Job } from "../api/types";
import { useI18n } from "../i18n";
import { Badge } from "../ui/Badge";
import { jobState } from "./jobText";

export function JobBadge({ job }: { job: Pick<Job, "state" | "waiting"> }) {
  const { t } = useI18n();
  const { label, tone } = jobState(job);
  return (
    <Badge tone={tone}>
      {job.state === "running" && (
        <span aria-hidden className="size-1.5 animate-pulse-soft rounded-full bg-current" />
      )}
      {t(label)}
    </Badge>
  );
}
