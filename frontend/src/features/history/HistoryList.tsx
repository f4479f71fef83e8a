import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { FileArchive, GitCompareArrows, Tag } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { Button, ButtonLink } from "../../ui/Button";
import { useAction } from "../../ui/useAction";
import { saveBlob } from "../saveBlob";
import { withChoice } from "../withChoice";
import { comparedOf } from "./filter";
import { HistoryRow } from "./HistoryRow";
import { LabelDialog, MOST_LABELLED } from "./LabelDialog";
import { zipOf } from "./zip";

const ROW_HEIGHT = 150;
const MOST_TAKES = 4;

interface Props {
  jobs: Job[];
  hasMore: boolean;
  onMore: () => void;
}

/** The history, as many rows of it as the window shows; more are read at its end. */
export function HistoryList({ jobs, hasMore, onMore }: Props) {
  const { t } = useI18n();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const rows = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    gap: 12,
    scrollMargin: top,
    getItemKey: (index) => jobs[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= jobs.length - 3) onMore();
  }, [hasMore, last, jobs.length, onMore]);
  const zip = useAction({
    mutationFn: (wanted: Job[]) =>
      zipOf(wanted.flatMap((job) => job.results).filter((file) => file.state === "ready")),
    onSuccess: (blob) =>
      saveBlob(blob, `voice-studio-${new Date().toISOString().slice(0, 10)}.zip`),
  });
  const selected = jobs.filter((job) => chosen.has(job.id));
  return (
    <>
      <ul
        ref={list}
        aria-label={t("history")}
        className="relative"
        style={{ height: rows.getTotalSize() }}
      >
        {shown.map((row) => {
          const job = jobs[row.index];
          return (
            job && (
              <li
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${row.start - top}px)` }}
              >
                <HistoryRow
                  job={job}
                  chosen={chosen.has(job.id)}
                  onChoose={(on) => setChosen(withChoice(chosen, job.id, on))}
                  onZip={(wanted) => zip.mutate(wanted)}
                />
              </li>
            )
          );
        })}
      </ul>
      {selected.length > 0 && (
        <Selection
          jobs={selected}
          busy={zip.isPending}
          onZip={() => zip.mutate(selected)}
          onClear={() => setChosen(new Set())}
        />
      )}
    </>
  );
}

interface SelectionProps {
  jobs: Job[];
  busy: boolean;
  onZip: () => void;
  onClear: () => void;
}

function Selection({ jobs, busy, onZip, onClear }: SelectionProps) {
  const { t } = useI18n();
  const takes = jobs.map(comparedOf).filter((id) => id !== undefined);
  const [a, b, c, d] = takes;
  const [labelling, setLabelling] = useState(false);
  return (
    <section
      aria-label={t("selection")}
      className="sticky bottom-20 z-20 flex flex-wrap items-center gap-2 rounded-2xl border border-line bg-raised p-3 shadow-2xl lg:bottom-4"
    >
      <span className="flex-1 px-2 font-medium tabular-nums">
        {t("chosenCount", { count: jobs.length })}
      </span>
      {takes.length >= 2 && takes.length <= MOST_TAKES && (
        <ButtonLink
          to="/compare"
          search={{ a, b, c, d }}
          icon={<GitCompareArrows aria-hidden className="size-4.5" />}
        >
          {t("compareTakes")}
        </ButtonLink>
      )}
      <Button
        icon={<FileArchive aria-hidden className="size-4.5" />}
        busy={busy}
        disabled={takes.length === 0}
        onClick={onZip}
      >
        {t("downloadZip")}
      </Button>
      {jobs.length <= MOST_LABELLED && (
        <Button icon={<Tag aria-hidden className="size-4.5" />} onClick={() => setLabelling(true)}>
          {t("label")}
        </Button>
      )}
      <Button look="ghost" onClick={onClear}>
        {t("clearSelection")}
      </Button>
      <LabelDialog open={labelling} onClose={() => setLabelling(false)} jobs={jobs} />
    </section>
  );
}
