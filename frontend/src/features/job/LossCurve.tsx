import { useState } from "react";
import type { JobEvent } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { frameOf, lossNames, pathOf, pointsOf, smooth, thin } from "./curve";

const WIDTH = 640;
const HEIGHT = 220;
const DRAWN = 400;

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
  return (
    <section aria-labelledby="curve" className="card grid grid-cols-1 gap-4 p-6">
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
        <Plot name={NAMED[name] ? t(NAMED[name]) : name} points={points} />
      )}
    </section>
  );
}

function preferred(names: string[]): string | undefined {
  return ["mel", "generator", "total", "loss_mel"].find((one) => names.includes(one)) ?? names[0];
}

function Plot({ name, points }: { name: string; points: ReturnType<typeof pointsOf> }) {
  const { t } = useI18n();
  const raw = thin(points, DRAWN);
  const line = thin(smooth(points), DRAWN);
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
    <figure className="grid h-64 grid-cols-[2.75rem_minmax(0,1fr)] grid-rows-[minmax(0,1fr)_1.5rem] gap-x-2 text-xs text-faint tabular-nums">
      <div className="flex flex-col justify-between text-right">
        <span>{digits(frame.high)}</span>
        <span>{digits((frame.high + frame.low) / 2)}</span>
        <span>{digits(frame.low)}</span>
      </div>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="size-full overflow-visible"
      >
        <defs>
          <linearGradient id="under" x1="0" y1="0" x2="0" y2="1">
            <stop stopColor="#8b5cf6" stopOpacity="0.35" />
            <stop offset="1" stopColor="#8b5cf6" stopOpacity="0" />
          </linearGradient>
        </defs>
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            x1="0"
            x2={WIDTH}
            y1={share * HEIGHT}
            y2={share * HEIGHT}
            stroke="#26263a"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        <path
          d={pathOf(raw, frame)}
          fill="none"
          stroke="#4a4764"
          vectorEffect="non-scaling-stroke"
        />
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
      </svg>
      <span />
      <figcaption className="flex items-end justify-between">
        <span>{points[0]?.step}</span>
        <span>
          {t("step")} {frame.last}
        </span>
      </figcaption>
    </figure>
  );
}
