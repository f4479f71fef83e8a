import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

const LIST_ROW = 76;
const TILE_ROW = 236;
const TILE_WIDTH = 250;
/** So many rows before the end the next page is asked for. */
const AHEAD = 20;

interface Wanted {
  box: RefObject<HTMLUListElement | null>;
  count: number;
  grid: boolean;
  more: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** Which rows of a long shelf stand in the page now; asks for more before the end is reached. */
export function useShelfRows({ box, count, grid, more }: Wanted) {
  const [{ top, width }, setPlace] = useState({ top: 0, width: 0 });
  // What stands above may grow or wrap: the shelf's place is measured again then.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      const now = {
        top: Math.round(element.getBoundingClientRect().top + window.scrollY),
        width: element.clientWidth,
      };
      setPlace((old) => (old.top === now.top && old.width === now.width ? old : now));
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(document.body);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [box]);
  const columns = grid ? Math.max(1, Math.floor((width + 16) / (TILE_WIDTH + 16))) : 1;
  const rows = useWindowVirtualizer({
    count: Math.ceil(count / columns),
    estimateSize: () => (grid ? TILE_ROW : LIST_ROW),
    overscan: 6,
    scrollMargin: top,
    // The header of a phone and the bars at the bottom cover some of the window.
    scrollPaddingStart: 72,
    scrollPaddingEnd: 160,
  });
  const items = rows.getVirtualItems();
  const last = (items.at(-1)?.index ?? 0) * columns;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = more;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= count - AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, count]);
  return { rows, items, columns, top };
}
