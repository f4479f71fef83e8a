import { Link } from "@tanstack/react-router";
import { ScanSearch } from "lucide-react";
import type { Dataset } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { ProgressBar } from "../../ui/Progress";
import { stageLabel } from "../jobText";
import { VERDICTS } from "./cardText";
import { useAnalysis } from "./useAnalysis";

/** A dataset's report card in one line: the verdict, how far its analysis is, or the offer of one. */
export function CardSummary({ dataset }: { dataset: Dataset }) {
  const { t, language, pick } = useI18n();
  const { running, failed, busy, start } = useAnalysis(dataset);
  const { card } = dataset;
  return (
    <div className="flex min-h-17 flex-wrap items-center gap-x-3 gap-y-2 rounded-2xl border border-line bg-ink/60 px-4 py-2.5">
      {running ? (
        <div className="grid flex-1 gap-2">
          <p className="flex justify-between gap-3 text-sm">
            <Link
              to="/jobs/$jobId"
              params={{ jobId: running.id }}
              className="font-medium hover:underline"
            >
              {t("analysing")}
            </Link>
            <span className="text-faint">
              {running.stage ? t(stageLabel(running.stage)) : t("stateQueued")}
            </span>
          </p>
          <ProgressBar
            label={t("progressOf", { name: running.title })}
            fraction={running.fraction}
          />
        </div>
      ) : (
        <>
          {card ? (
            <p className="flex grow basis-52 flex-wrap items-center gap-2 text-sm">
              <Badge tone={VERDICTS[card.verdict].tone}>{t(VERDICTS[card.verdict].label)}</Badge>
              <span className="text-muted">
                {t("usableOf", { span: formatSpan(card.usable_s, language) })}
              </span>
              {card.outdated && <span className="text-warn">{t("outdatedShort")}</span>}
            </p>
          ) : (
            <p className={`grow basis-52 text-sm ${failed ? "text-bad" : "text-muted"}`}>
              {failed?.error ? pick(failed.error.message) : t("analyseOffer")}
            </p>
          )}
          {card && (
            <Link
              to="/datasets/$datasetId"
              params={{ datasetId: dataset.id }}
              className="grid min-h-9 place-items-center text-sm font-semibold text-violet-soft hover:underline"
            >
              {t("seeReport")}
            </Link>
          )}
          {(!card || card.outdated) && (
            <Button
              size="small"
              busy={busy}
              disabled={dataset.files.length === 0}
              icon={<ScanSearch aria-hidden className="size-4" />}
              onClick={start}
            >
              {t(card ? "analyseAgain" : "analyse")}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
