import type { Scores } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";

interface Part {
  label: Key;
  text: Key;
  value: number | null;
  /** 0..1 between the worst and the best that count. */
  share: number;
  digits: number;
}

/** The ends of each part as docs/quality.md has them; they place the bars, the server has the score. */
export function partsOf(scores: Scores): Part[] {
  const within = (value: number | null, worst: number, best: number) =>
    value === null ? 0 : Math.min(1, Math.max(0, (value - worst) / (best - worst)));
  const {
    speaker_similarity: similarity,
    mel_distance: mel,
    f0_correlation: pitch,
    dnsmos,
  } = scores;
  return [
    {
      label: "partSimilarity",
      text: "partSimilarityText",
      value: similarity,
      share: within(similarity, 0.5, 1),
      digits: 2,
    },
    { label: "partMel", text: "partMelText", value: mel, share: within(mel, 2, 0.4), digits: 2 },
    {
      label: "partPitch",
      text: "partPitchText",
      value: pitch,
      share: within(pitch, 0, 1),
      digits: 3,
    },
    {
      label: "partSpeech",
      text: "partSpeechText",
      value: dnsmos,
      share: within(dnsmos, 1, 5),
      digits: 1,
    },
  ];
}

/** What a quality score is made of, each part with a bar and a plain sentence. */
export function ScoreParts({ scores }: { scores: Scores }) {
  const { t } = useI18n();
  return (
    <dl className="grid gap-4 sm:grid-cols-2 sm:gap-x-8">
      {partsOf(scores).map(({ label, text, value, share, digits }) => (
        <div key={label} className="grid content-start gap-1.5">
          <dt className="flex justify-between gap-3 text-sm">
            <span className="font-medium">{t(label)}</span>
            <span className="text-muted tabular-nums">
              {value === null ? t("notMeasured") : formatNumber(value, digits)}
            </span>
          </dt>
          <dd className="grid gap-1.5">
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-lift">
              <span
                className="block h-full rounded-full bg-linear-to-r from-violet-press to-violet-soft"
                style={{ width: `${share * 100}%` }}
              />
            </span>
            <span className="text-sm text-faint">{t(text)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
