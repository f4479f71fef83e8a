import { useI18n } from "../../i18n";

const RADIUS = 44;
const ROUND = 2 * Math.PI * RADIUS;

/** A quality of 0..100 as a ring with the figure in it. */
export function QualityRing({ quality }: { quality: number }) {
  const { t } = useI18n();
  const shown = Math.round(quality);
  return (
    <div className="relative size-28 shrink-0">
      <svg role="img" aria-label={t("qualityIs", { quality: shown })} viewBox="0 0 100 100">
        <circle cx="50" cy="50" r={RADIUS} fill="none" stroke="#222236" strokeWidth="9" />
        {/* The round end of no line at all would still be a dot. */}
        {shown > 0 && (
          <circle
            cx="50"
            cy="50"
            r={RADIUS}
            fill="none"
            stroke={quality >= 60 ? "#5ee0a0" : quality >= 40 ? "#b9a2ff" : "#fbc15c"}
            strokeWidth="9"
            strokeLinecap="round"
            strokeDasharray={`${(quality / 100) * ROUND} ${ROUND}`}
            transform="rotate(-90 50 50)"
          />
        )}
      </svg>
      <span
        aria-hidden
        className="absolute inset-0 grid place-content-center text-center text-3xl leading-none font-bold tabular-nums"
      >
        {shown}
        <span className="text-xs font-medium text-faint">/ 100</span>
      </span>
    </div>
  );
}
