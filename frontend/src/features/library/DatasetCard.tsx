import { Mic, X } from "lucide-react";
import { api } from "../../api/calls";
import type { Dataset } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatClock, formatSpan } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { ButtonLink, IconButton } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { CardSummary } from "../card/CardSummary";
import { useRecordings } from "../card/useRecordings";
import { RenameDeleteMenu } from "../RenameDeleteMenu";
import { useFileAction } from "./useFileAction";

/** Below this a voice seldom gets good; the studio says so, and leaves the choice. */
export const ADVISED_SECONDS = 300;

export function DatasetCard({ dataset }: { dataset: Dataset }) {
  const { t, language } = useI18n();
  const rename = useFileAction((name: string) => api.updateDataset(dataset.id, { name }));
  const remove = useFileAction(() => api.deleteDataset(dataset.id));
  const { busy, takeOut } = useRecordings(dataset);
  return (
    <article
      aria-label={dataset.name}
      className="card grid grid-cols-1 grid-rows-[auto_1fr_auto_auto] gap-4 p-5"
    >
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-lg font-bold">{dataset.name}</h2>
          <p className="text-sm text-muted">
            {t("datasetUsable", {
              count: dataset.files.length,
              span: formatSpan(dataset.usable_seconds, language),
            })}
          </p>
        </div>
        <RenameDeleteMenu
          name={dataset.name}
          rename={rename}
          deletion={(open, onClose) => (
            <Confirm
              open={open}
              onClose={onClose}
              onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
              busy={remove.isPending}
              title={t("deleteDatasetTitle")}
              description={t("deleteDatasetText", { name: dataset.name })}
              action={t("remove")}
            />
          )}
        />
      </div>
      <ul className="max-h-48 divide-y divide-line overflow-y-auto text-sm">
        {dataset.files.map((file) => (
          <li key={file.id} className="flex items-center gap-3 py-1">
            <span className="min-w-0 flex-1 truncate">{file.name}</span>
            {file.state === "ready" ? (
              <span className="text-faint tabular-nums">{formatClock(file.duration_s ?? 0)}</span>
            ) : (
              <Badge tone="bad">{t("fileUnusable")}</Badge>
            )}
            <IconButton
              label={t("takeOutNamed", { name: file.name })}
              className="size-8"
              disabled={busy}
              onClick={() => takeOut(file.id)}
            >
              <X aria-hidden className="size-4" />
            </IconButton>
          </li>
        ))}
      </ul>
      <CardSummary dataset={dataset} />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-warn">
          {dataset.usable_seconds < ADVISED_SECONDS ? t("datasetShort") : ""}
        </p>
        <ButtonLink
          to="/voices/new"
          search={{ dataset: dataset.id }}
          size="small"
          look="primary"
          icon={<Mic aria-hidden className="size-4" />}
        >
          {t("trainWithThis")}
        </ButtonLink>
      </div>
    </article>
  );
}
