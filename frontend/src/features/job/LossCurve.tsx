import { useState } from "react";
import type { JobEvent } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { Slider } from "../../ui/Slider";
import { CurveFigure, HEIGHT, WIDTH } from "./CurveFigure";
import { frameOf, lossNames, pathOf, pointsOf, smooth, thin } from "./curve";

const DRAWN = 400;
/** Of the moving average, before anybody moves the slider. */
const SMOOTHING = 0.85;

const NAMED: Record<string, Key> = {
  d: "lossD",
  gen: "lossGen",
  fm: "lossFm",
  mel: "lossMel",
  kl: "lossKl",
  total: "lossTotal",
};

/** The loss by step, as noise and as its moving average. */
export function LossCurve({ history }: { history: JobEvent[] }) {
  const { t } = useI18n();
  const names = lossNames(history);
  const [wanted, setWanted] = useState<string>();
  const name = wanted && names.includes(wanted) ? wanted : (preferred(names) ?? "");
  const points = pointsOf(history, name);
  const [smoothing, setSmoothing] = useState(SMOOTHING);
  return (
    <section aria-labelledby="curve" className="card grid grid-cols-1 content-start gap-4 p-6">
      <div className="flex min-h-11 flex-wrap items-center justify-between gap-3">
        <h2 id="curve" className="text-lg font-bold">
          {t("lossCurve")}
        </h2>
        {names.length > 1 && (
          <select
            aria-label={t("whichLoss")}
            value={name}
            onChange={(event) => setWanted(event.target.value)}
            className="control w-auto min-w-32 py-1.5"
          >
            {names.map((one) => (
              <option key={one} value={one}>
                {NAMED[one] ? t(NAMED[one]) : one}
              </option>
            ))}
          </select>
        )}
      </div>
      {points.length < 2 ? (
        <p className="grid h-64 place-items-center text-center text-faint">{t("noCurveYet")}</p>
      ) : (
        <>
          <Plot name={NAMED[name] ? t(NAMED[name]) : name} points={points} smoothing={smoothing} />
          <Slider
            label={t("smoothing")}
            value={smoothing}
            onChange={setSmoothing}
            min={0}
            max={0.98}
            step={0.01}
            shown={smoothing === 0 ? t("off") : `${Math.round(smoothing * 100)}%`}
          />
        </>
      )}
    </section>
  );
}

function preferred(names: string[]): string | undefined {
  return ["mel", "generator", "total", "loss_mel"].find((one) => names.includes(one)) ?? names[0];
}

interface PlotProps {
  name: string;
  points: ReturnType<typeof pointsOf>;
  smoothing: number;
}

function Plot({ name, points, smoothing }: PlotProps) {
  const { t } = useI18n();
  const raw = thin(points, DRAWN);
  const line = thin(smooth(points, smoothing), DRAWN);
  const frame = frameOf(points, WIDTH, HEIGHT);
  const latest = line.at(-1);
  const first = line[0];
  const digits = (value: number) => value.toPrecision(3);
  const summary = t("curveSummary", {
    name,
    first: digits(first?.value ?? 0),
    last: digits(latest?.value ?? 0),
    step: frame.last,
  });
  return (
    <CurveFigure
      summary={summary}
      marks={[digits(frame.high), digits((frame.high + frame.low) / 2), digits(frame.low)]}
      first={points[0]?.step}
      last={`${t("step")} ${frame.last}`}
    >
      <defs>
        <linearGradient id="under" x1="0" y1="0" x2="0" y2="1">
          <stop stopColor="#8b5cf6" stopOpacity="0.35" />
          <stop offset="1" stopColor="#8b5cf6" stopOpacity="0" />
        </linearGradient>
      </defs>
      <path d={pathOf(raw, frame)} fill="none" stroke="#4a4764" vectorEffect="non-scaling-stroke" />
      <path
        d={`${pathOf(line, frame)}L${frame.x(latest?.step ?? 0)} ${HEIGHT}L${frame.x(first?.step ?? 0)} ${HEIGHT}Z`}
        fill="url(#under)"
      />
      <path
        d={pathOf(line, frame)}
        fill="none"
        stroke="#b9a2ff"
        strokeWidth="2.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </CurveFigure>
  );
}
