import { useCallback, useRef } from "react";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { fileTrack } from "../resultTrack";
import type { Ask } from "./FileMenu";
import { FileRow } from "./FileRow";
import { FileTile } from "./FileTile";
import { useLatest, useShelfKeys } from "./useShelfKeys";
import { useShelfRows } from "./useShelfRows";

interface Props {
  files: AudioFile[];
  /** How many there are in all, where that is known. */
  total: number;
  grid: boolean;
  chosen: ReadonlyMap<string, AudioFile>;
  choose: (files: AudioFile[], on: boolean) => void;
  clear: () => void;
  remove: () => void;
  ask: Ask;
  more: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** The files as a list or a grid; of however many, only those in view stand in the page. */
export function FileShelf({ files, total, grid, chosen, ask, more, ...choosing }: Props) {
  const { t } = useI18n();
  const box = useRef<HTMLUListElement>(null);
  const { rows, items, columns, top } = useShelfRows({ box, count: files.length, grid, more });
  const { chooseAt, keys } = useShelfKeys({
    box,
    files,
    columns,
    ...choosing,
    reveal: (index) => rows.scrollToIndex(Math.floor(index / columns), { align: "auto" }),
  });
  const latest = useLatest(files);
  const tracks = useCallback(
    () => latest.current.filter(({ state }) => state === "ready").map((file) => fileTrack(file)),
    [latest],
  );
  const Item = grid ? FileTile : FileRow;
  return (
    <ul
      ref={box}
      aria-label={t("audioFiles")}
      aria-busy={more.isFetchingNextPage}
      className={`relative ${grid ? "" : "card overflow-hidden"}`}
      style={{ height: rows.getTotalSize() }}
      {...keys}
    >
      {items.flatMap((row) =>
        files.slice(row.index * columns, (row.index + 1) * columns).map((file, column) => {
          const index = row.index * columns + column;
          return (
            <li
              key={file.id}
              ref={column === 0 ? rows.measureElement : undefined}
              data-index={row.index}
              data-place={index}
              aria-label={file.name}
              aria-posinset={index + 1}
              aria-setsize={total}
              className={`absolute top-0 ${grid ? "pb-4" : "border-b border-line/70"}`}
              style={{
                transform: `translateY(${row.start - top}px)`,
                left: `calc(${column} * (100% + ${grid ? 16 : 0}px) / ${columns})`,
                width: `calc((100% + ${grid ? 16 : 0}px) / ${columns} - ${grid ? 16 : 0}px)`,
              }}
            >
              <Item
                file={file}
                index={index}
                chosen={chosen.has(file.id)}
                onChoose={chooseAt}
                ask={ask}
                tracks={tracks}
              />
            </li>
          );
        }),
      )}
    </ul>
  );
}
