import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
} from "react";
import type { AudioFile } from "../../api/types";

interface Shelf {
  box: RefObject<HTMLUListElement | null>;
  files: AudioFile[];
  /** Files side by side: one in a list. */
  columns: number;
  choose: (files: AudioFile[], on: boolean) => void;
  clear: () => void;
  remove: () => void;
  /** Brings a place into view, so that it can be focused. */
  reveal: (index: number) => void;
}

/** What was rendered last, for handlers that need not change with it. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

const TICK = "input[type=checkbox]";

/** Only what is ready can be chosen. */
const ready = (files: AudioFile[]) => files.filter((file) => file.state === "ready");

/**
 * Choosing many files: with Shift all from the last one chosen, by mouse or arrow keys; Ctrl+A all
 * that are loaded, Escape none, Delete puts them into the trash.
 */
export function useShelfKeys({ box, files, columns, choose, clear, remove, reveal }: Shelf) {
  const anchor = useRef<number | null>(null);
  const shift = useRef(false);

  // Stays the same while pages arrive, so that the rows in view need not be drawn again.
  const latest = useLatest(files);
  const chooseAt = useCallback(
    (index: number, on: boolean) => {
      const from = shift.current && anchor.current !== null ? anchor.current : index;
      const [first, last] = from < index ? [from, index] : [index, from];
      choose(ready(latest.current.slice(first, last + 1)), on);
      anchor.current = index;
    },
    [latest, choose],
  );

  function go(index: number, extend: boolean) {
    const to = Math.min(Math.max(0, index), files.length - 1);
    reveal(to);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const place = box.current?.querySelector<HTMLElement>(`[data-place="${to}"]`);
        (place?.querySelector<HTMLElement>(TICK) ?? place)?.focus();
      }),
    );
    if (!extend) return;
    shift.current = true;
    chooseAt(to, true);
  }

  function onKeyDown(event: KeyboardEvent) {
    shift.current = event.shiftKey;
    const target = event.target as HTMLElement;
    if (event.key === "Escape") return clear();
    const place = target.closest<HTMLElement>("[data-place]");
    // Sliders, menus and fields inside a place have keys of their own.
    if (!place || !(target === place || target.matches(TICK))) return;
    const index = Number(place.dataset.place);
    const steps: Record<string, number> = {
      ArrowDown: columns,
      ArrowUp: -columns,
      ArrowRight: columns > 1 ? 1 : 0,
      ArrowLeft: columns > 1 ? -1 : 0,
      Home: -index,
      End: files.length - 1 - index,
    };
    const step = steps[event.key];
    if (step) {
      if (event.shiftKey && anchor.current === null) anchor.current = index;
      go(index + step, event.shiftKey);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      choose(ready(files), true);
    } else if (event.key === "Delete") {
      remove();
    } else if (step === undefined) return;
    event.preventDefault();
  }

  const onPointerDownCapture = useCallback((event: PointerEvent) => {
    shift.current = event.shiftKey;
  }, []);

  // A click with Shift would mark the text in between.
  const onMouseDown = useCallback((event: MouseEvent) => {
    if (!event.shiftKey) return;
    event.preventDefault();
    const place = (event.target as HTMLElement).closest("[data-place]");
    place?.querySelector<HTMLElement>(TICK)?.focus();
  }, []);

  return { chooseAt, keys: { onKeyDown, onPointerDownCapture, onMouseDown } };
}
