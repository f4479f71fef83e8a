import { Copy, GitCompareArrows, Repeat2 } from "lucide-react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { isFinished } from "../../live/fresh";
import { Button, ButtonLink } from "../../ui/Button";
import { comparedOf } from "./filter";
import { useAgain } from "./useAgain";

/** What can be done with a finished conversion or cover: compare, change, do again. */
export function AgainActions({ job }: { job: Job }) {
  const { t } = useI18n();
  const again = useAgain();
  if (!isFinished(job) || (job.kind !== "convert" && job.kind !== "cover")) return null;
  const made = comparedOf(job);
  return (
    <>
      {made && job.source && (
        <ButtonLink
          to="/compare"
          search={{ a: made, b: job.source.id }}
          icon={<GitCompareArrows aria-hidden className="size-4.5" />}
        >
          {t("compareTakes")}
        </ButtonLink>
      )}
      <ButtonLink
        to="/convert"
        search={{ job: job.id }}
        icon={<Copy aria-hidden className="size-4.5" />}
      >
        {t("duplicate")}
      </ButtonLink>
      <Button
        icon={<Repeat2 aria-hidden className="size-4.5" />}
        busy={again.isPending}
        onClick={() => again.mutate(job)}
      >
        {t("runAgain")}
      </Button>
    </>
  );
}
