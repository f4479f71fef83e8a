import { useEffect, useRef } from "react";
import { useI18n } from "../../i18n";
import { FLOOR_DB, meterShare } from "./levels";
import type { Heard } from "./microphone";

/** So much the peak's mark falls a second, after a moment at its place. */
const FALL_DB = 20;

/** What the microphone hears: loudness as a bar, the peak as a mark. Drawn past React, 23 times a second. */
export function LevelMeter({ listen }: { listen: (on: (heard: Heard) => void) => () => void }) {
  const { t } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let held = FLOOR_DB;
    return listen(({ peakDb, rmsDb, seconds }) => {
      held = Math.max(peakDb, held - FALL_DB * seconds);
      if (bar.current)
        bar.current.style.clipPath = `inset(0 ${100 - 100 * meterShare(rmsDb)}% 0 0)`;
      if (mark.current) mark.current.style.left = `calc(${100 * meterShare(held)}% - 2px)`;
      box.current?.setAttribute("aria-valuenow", String(Math.round(held)));
    });
  }, [listen]);
  return (
    <div className="grid gap-1.5">
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element has no second mark */}
      <div
        ref={box}
        role="meter"
        aria-label={t("inputLevel")}
        aria-valuemin={FLOOR_DB}
        aria-valuemax={0}
        aria-valuenow={FLOOR_DB}
        className="relative h-4 overflow-hidden rounded-full bg-lift"
      >
        <div
          ref={bar}
          className="absolute inset-0 bg-linear-to-r from-good via-good via-70% to-bad"
          style={{ clipPath: "inset(0 100% 0 0)" }}
        />
        <div ref={mark} className="absolute inset-y-0 left-0 w-0.5 bg-white" />
      </div>
      <p aria-hidden className="flex justify-between text-xs text-faint tabular-nums">
        <span>-60</span>
        <span>-40</span>
        <span>-20</span>
        <span>0 dB</span>
      </p>
    </div>
  );
}
