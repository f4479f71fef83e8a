import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { JobRow, type JobVerbs } from "./JobRow";

interface Props extends JobVerbs {
  jobs: Job[];
  chosen: ReadonlySet<string>;
  onChoose: (id: string, on: boolean) => void;
  /** Reads the next page; undefined where there is none, or it is being read. */
  more: (() => unknown) | undefined;
  complete: boolean;
}

const ROW_PX = 76;
/** Rows before the end at which the next page is read. */
const AHEAD = 30;

/** Only the rows near the window stand in the page, however long the list is. */
export function JobList({ jobs, chosen, onChoose, more, complete, ...verbs }: Props) {
  const { t } = useI18n();
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const found = list.current?.getBoundingClientRect().top ?? 0;
    setTop(found + window.scrollY);
  }, []);
  const rows = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => ROW_PX,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => jobs[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= jobs.length - AHEAD) more();
  }, [more, last, jobs.length]);
  return (
    <ul
      ref={list}
      aria-label={t("jobs")}
      className="card relative overflow-hidden"
      style={{ height: rows.getTotalSize() + 2 }}
    >
      {shown.map(({ index, key, start }) => {
        const job = jobs[index];
        return (
          job && (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={complete ? jobs.length : -1}
              className="absolute inset-x-0 top-0 border-b border-line"
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <JobRow
                job={job}
                chosen={chosen.has(job.id)}
                onChoose={(on) => onChoose(job.id, on)}
                {...verbs}
              />
            </li>
          )
        );
      })}
    </ul>
  );
}
