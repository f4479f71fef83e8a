import { Link } from "@tanstack/react-router";
import { Layers, Mic, Music2 } from "lucide-react";
import { useDatasets, useFilesById } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { Segments } from "../../ui/Segments";
import { SongChoice } from "../convert/SongChoice";
import { ADVISED_SECONDS } from "../library/DatasetCard";
import { DatasetChoice } from "../voice/DatasetChoice";
import { NEW_VOICE, type Wizard } from "./draft";

/** What the voice learns from: recordings that are there, are uploaded now, or a dataset. */
export function SourcesStep({ draft, known, change }: Wizard) {
  const { t } = useI18n();
  const datasets = useDatasets();
  return (
    <div className="grid grid-cols-1 gap-6">
      <Segments
        legend={t("sourceOf")}
        value={draft.source}
        onChange={(source) => change({ source: source === "dataset" ? "dataset" : "files" })}
        options={[
          { value: "files", label: t("sourceFiles") },
          { value: "dataset", label: t("sourceDataset") },
        ]}
      />
      {draft.source === "files" ? (
        <>
          <SongChoice
            chosen={new Set(draft.files)}
            onChange={(chosen) => change({ files: [...chosen] })}
          />
          <Chosen ids={draft.files} />
        </>
      ) : datasets.data?.length === 0 ? (
        <p className="flex items-center gap-3 py-6 text-muted">
          <Layers aria-hidden className="size-5 shrink-0" />
          {t("noDatasetsHere")}
        </p>
      ) : (
        <DatasetChoice value={draft.dataset} onChange={(dataset) => change({ dataset })} />
      )}
      <p className="flex items-start gap-3 rounded-2xl border border-line bg-ink/60 p-4 text-sm text-muted">
        <Mic aria-hidden className="mt-0.5 size-4 shrink-0 text-violet-soft" />
        <span>
          {t("recordHint")}{" "}
          <Link
            to="/library/record"
            search={{ wizard: known?.id ?? NEW_VOICE }}
            className="font-semibold text-violet-soft hover:underline"
          >
            {t("recordLink")}
          </Link>
        </span>
      </p>
    </div>
  );
}

/** How much was chosen, and whether that is enough for a good voice. */
function Chosen({ ids }: { ids: string[] }) {
  const { t, language } = useI18n();
  const files = useFilesById(ids);
  const seconds = files.reduce((sum, file) => sum + (file.duration_s ?? 0), 0);
  return (
    <p aria-live="polite" className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <Music2 aria-hidden className="size-4 text-violet-soft" />
      <span className="font-semibold tabular-nums">
        {t("datasetOf", { count: ids.length, span: formatSpan(seconds, language) })}
      </span>
      {ids.length > 0 && seconds < ADVISED_SECONDS && (
        <span className="text-warn">{t("datasetShort")}</span>
      )}
    </p>
  );
}
