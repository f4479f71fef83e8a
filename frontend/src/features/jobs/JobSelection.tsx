import { Ban, RotateCcw, X } from "lucide-react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { isFinished } from "../../live/fresh";
import { usePlayer } from "../../player/PlayerProvider";
import { Button, IconButton } from "../../ui/Button";
import type { JobVerbs } from "./JobRow";

interface Props extends JobVerbs {
  jobs: Job[];
  busy: boolean;
  onClear: () => void;
}

/** What can be done with the ticked jobs. */
export function JobSelection({ jobs, busy, onClear, cancel, retry }: Props) {
  const { t } = useI18n();
  const { track } = usePlayer();
  const open = jobs.filter((job) => !isFinished(job));
  const ended = jobs.filter((job) => job.state === "failed" || job.state === "cancelled");
  return (
    <section
      aria-label={t("jobSelection")}
      className={`sticky z-20 flex animate-rise flex-wrap items-center justify-end gap-x-3 gap-y-1 rounded-2xl border border-violet/50 bg-raised/95 py-2.5 pr-2.5 pl-4 shadow-2xl backdrop-blur ${track ? "bottom-38 lg:bottom-22" : "bottom-22 lg:bottom-5"}`}
    >
      <p role="status" className="grow basis-full text-sm font-semibold sm:basis-0">
        {t("jobsSelected", { count: jobs.length })}
      </p>
      {ended.length > 0 && (
        <Button
          busy={busy}
          icon={<RotateCcw aria-hidden className="size-4.5" />}
          onClick={() => retry(ended)}
        >
          {t("retryCount", { count: ended.length })}
        </Button>
      )}
      {open.length > 0 && (
        <Button
          look="danger"
          busy={busy}
          icon={<Ban aria-hidden className="size-4.5" />}
          onClick={() => cancel(open)}
        >
          {t("cancelCount", { count: open.length })}
        </Button>
      )}
      <IconButton label={t("clearSelection")} onClick={onClear}>
        <X aria-hidden className="size-5" />
      </IconButton>
    </section>
  );
}
