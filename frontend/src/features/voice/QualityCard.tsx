import { Gauge } from "lucide-react";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";
import { gradeText } from "./gradeText";
import { QualityRing } from "./QualityRing";
import { Rating } from "./Rating";
import { ScoreParts } from "./ScoreParts";

/** How good the voice is, what that means, and why its training ended where it did. */
export function QualityCard({ voice }: { voice: Voice }) {
  const { t, pick } = useI18n();
  if (voice.quality === null) return voice.state === "ready" ? <Unmeasured voice={voice} /> : null;
  return (
    <section aria-labelledby="quality" className="card grid grid-cols-1 gap-6 p-6">
      <div className="grid gap-1">
        <h2 id="quality" className="flex items-center gap-2.5 text-lg font-bold">
          <Gauge aria-hidden className="size-5 text-violet-soft" />
          {t("quality")}
        </h2>
        <p className="text-sm text-faint">{t("qualityText")}</p>
      </div>
      <div className="grid items-center gap-6 md:grid-cols-[auto_minmax(0,1fr)] md:gap-10">
        <div className="grid gap-5 md:max-w-80">
          <div className="flex items-center gap-5">
            <QualityRing quality={voice.quality} />
            <p className="text-sm text-muted">{t(gradeText(voice.quality))}</p>
          </div>
          <Rating voice={voice} />
        </div>
        {voice.scores && <ScoreParts scores={voice.scores} />}
      </div>
      {voice.ending && (
        <p className="border-t border-line pt-4 text-sm text-muted">
          {pick(voice.ending)}
          {voice.best_step !== null && ` ${t("usesStep", { step: formatNumber(voice.best_step) })}`}
        </p>
      )}
    </section>
  );
}

/** Nobody measured it: it was trained elsewhere. The customer's ears still count. */
function Unmeasured({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  return (
    <section
      aria-labelledby="quality"
      className="card flex flex-wrap items-center justify-between gap-x-10 gap-y-5 p-6"
    >
      <div className="grid max-w-xl gap-1">
        <h2 id="quality" className="flex items-center gap-2.5 text-lg font-bold">
          <Gauge aria-hidden className="size-5 text-violet-soft" />
          {t("quality")}
        </h2>
        <p className="text-sm text-faint">{t("qualityUnknown")}</p>
      </div>
      <Rating voice={voice} />
    </section>
  );
}
