import type { JobEvent } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";
import { CurveFigure, HEIGHT, WIDTH } from "./CurveFigure";
import { frameOf, pathOf } from "./curve";
import { bestOf, type Evaluation, evaluationsOf } from "./quality";

/** The quality of each checkpoint, with the best one marked. */
export function QualityCurve({ history }: { history: JobEvent[] }) {
  const { t } = useI18n();
  const evaluations = evaluationsOf(history);
  return (
    <section
      aria-labelledby="quality-curve"
      className="card grid grid-cols-1 content-start gap-4 p-6"
    >
      <div className="grid min-h-11 content-center">
        <h2 id="quality-curve" className="text-lg font-bold">
          {t("qualityCurve")}
        </h2>
      </div>
      {evaluations.length === 0 ? (
        <p className="grid h-64 place-items-center text-center text-faint">{t("noQualityYet")}</p>
      ) : (
        <Plot evaluations={evaluations} />
      )}
    </section>
  );
}

function Plot({ evaluations }: { evaluations: Evaluation[] }) {
  const { t } = useI18n();
  const points = evaluations.map(({ step, scores }) => ({ step, value: scores.quality }));
  const x = frameOf(points, WIDTH, HEIGHT).x;
  const frame = {
    ...frameOf(points, WIDTH, HEIGHT),
    y: (value: number) => HEIGHT * (1 - value / 100),
  };
  const best = bestOf(evaluations);
  const last = points.at(-1);
  if (!best || !last) return null;
  return (
    <CurveFigure
      summary={t("qualitySummary", {
        best: Math.round(best.scores.quality),
        step: formatNumber(best.step),
        last: Math.round(last.value),
      })}
      marks={["100", "50", "0"]}
      first={formatNumber(points[0]?.step ?? 0)}
      last={`${t("step")} ${formatNumber(last.step)}`}
    >
      <path
        d={pathOf(points, frame)}
        fill="none"
        stroke="#5ee0a0"
        strokeWidth="2.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
      {points.map((point) => (
        // A line of no length with round ends stays a dot however the picture is stretched.
        <path
          key={point.step}
          d={`M${x(point.step)} ${frame.y(point.value)}h0`}
          stroke={point.step === best.step ? "#fff" : "#5ee0a0"}
          strokeWidth={point.step === best.step ? 13 : 8}
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </CurveFigure>
  );
}
