import { ScanSearch } from "lucide-react";
import { useJobs } from "../../api/queries";
import type { Dataset, ShownCard } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate, formatSpan, noteName } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { VERDICTS } from "./cardText";
import { FileRow } from "./FileRow";
import { Findings } from "./Findings";
import { PitchHistogram } from "./PitchHistogram";
import { replacementOf } from "./replacements";
import { useAnalysis } from "./useAnalysis";
import { useRecordings } from "./useRecordings";

/** A dataset's report card: the verdict, the whole, the pitch and each recording. */
export function Report({ dataset, shown }: { dataset: Dataset; shown: ShownCard }) {
  const { t, pick, language } = useI18n();
  const { card } = shown;
  const range =
    card.f0_low_hz && card.f0_high_hz
      ? `${noteName(card.f0_low_hz)}–${noteName(card.f0_high_hz)}`
      : undefined;
  return (
    <div className="grid grid-cols-1 gap-5">
      {shown.outdated && <Outdated dataset={dataset} />}
      <section aria-label={t("verdict")} className="card glow grid grid-cols-1 gap-3 p-6">
        <p className="flex flex-wrap items-center justify-between gap-3">
          <Badge tone={VERDICTS[card.verdict].tone}>{t(VERDICTS[card.verdict].label)}</Badge>
          <span className="text-sm text-faint">{formatDate(shown.created_at, language)}</span>
        </p>
        <p className="text-lg font-semibold">{pick(card)}</p>
        {(card.findings ?? []).length > 0 && <Findings findings={card.findings ?? []} />}
      </section>
      <Facts
        facts={[
          [t("soundingLength"), formatSpan(card.usable_s, language)],
          [t("wholeLength"), formatSpan(card.duration_s, language)],
          [t("range"), range],
          [t("medianPitch"), card.f0_median_hz ? noteName(card.f0_median_hz) : undefined],
        ]}
      />
      <section aria-labelledby="pitch" className="card grid grid-cols-1 gap-4 p-6">
        <h2 id="pitch" className="text-lg font-bold">
          {t("pitchHistogram")}
        </h2>
        <PitchHistogram card={card} />
      </section>
      <Files dataset={dataset} shown={shown} />
    </div>
  );
}

function Outdated({ dataset }: { dataset: Dataset }) {
  const { t } = useI18n();
  const { running, busy, start } = useAnalysis(dataset);
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-3 rounded-2xl border border-warn/30 bg-warn/10 px-5 py-4"
    >
      <p className="text-warn">{t("outdated")}</p>
      {!running && (
        <Button
          size="small"
          busy={busy}
          icon={<ScanSearch aria-hidden className="size-4" />}
          onClick={start}
        >
          {t("analyseAgain")}
        </Button>
      )}
    </div>
  );
}

function Files({ dataset, shown }: { dataset: Dataset; shown: ShownCard }) {
  const { t } = useI18n();
  const cleaning = useJobs({ kind: "preprocess" }).data ?? [];
  const separating = useJobs({ kind: "separate" }).data ?? [];
  const { busy, takeOut, replace } = useRecordings(dataset);
  return (
    <section aria-labelledby="files" className="card grid grid-cols-1 gap-2 p-6">
      <h2 id="files" className="text-lg font-bold">
        {t("eachRecording")}
      </h2>
      <ul className="divide-y divide-line">
        {shown.card.files.map((card) => (
          <FileRow
            key={card.id}
            card={card}
            file={dataset.files.find((file) => file.id === card.id)}
            replacement={replacementOf([...cleaning, ...separating], card.id)}
            busy={busy}
            onRemove={() => takeOut(card.id)}
            onReplace={(fresh) => replace(card.id, fresh.id)}
          />
        ))}
      </ul>
    </section>
  );
}
