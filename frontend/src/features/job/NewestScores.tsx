import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { gradeText } from "../voice/gradeText";
import { QualityRing } from "../voice/QualityRing";
import { ScoreParts } from "../voice/ScoreParts";

/** The newest evaluation of a training: how good the voice is by now. */
export function NewestScores({ job }: { job: Job }) {
  const { t } = useI18n();
  const { scores } = job;
  return (
    <section aria-labelledby="scores" className="card grid min-h-44 grid-cols-1 gap-5 p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="scores" className="text-lg font-bold">
          {t("newestScores")}
        </h2>
        {scores && (
          <span className="flex items-center gap-2 text-sm text-faint">
            {scores.best && <Badge tone="good">{t("bestSoFar")}</Badge>}
            {t("previewAt", { step: formatNumber(scores.step) })}
          </span>
        )}
      </div>
      {scores ? (
        <div className="grid items-center gap-6 md:grid-cols-[auto_minmax(0,1fr)] md:gap-10">
          <div className="flex items-center gap-5 md:max-w-72">
            <QualityRing quality={scores.quality} />
            <p className="text-sm text-muted">{t(gradeText(scores.quality))}</p>
          </div>
          <ScoreParts scores={scores} />
        </div>
      ) : (
        <p className="text-faint">{t("noScoresYet")}</p>
      )}
    </section>
  );
}
