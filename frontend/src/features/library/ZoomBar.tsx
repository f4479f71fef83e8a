import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { useI18n } from "../../i18n";
import { formatSeconds } from "../../i18n/format";
import { IconButton } from "../../ui/Button";
import { isWhole, NARROWEST_S, panned, type View, viewOf } from "./view";

/** How much one step of zooming changes the window. */
export const STEP = 2;
/** How far an arrow of the scroll bar moves the window, by its width. */
const PAN = 0.5;

interface ZoomProps {
  view: View;
  whole: number;
  onZoom: (factor: number) => void;
  onView: (view: View) => void;
}

/** What the window shows, and the ways to show less, more or something else. */
export function ZoomBar({ view, whole, onZoom, onView }: ZoomProps) {
  const { t, language } = useI18n();
  const width = view.to - view.from;
  const all = isWhole(view, whole);
  const span = `${formatSeconds(view.from, language)} – ${formatSeconds(view.to, language)}`;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <input
        type="range"
        aria-label={t("trimShown")}
        aria-valuetext={span}
        min={0}
        max={Math.max(0, whole - width)}
        step="any"
        value={view.from}
        disabled={all}
        onChange={({ target }) => onView({ from: +target.value, to: +target.value + width })}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -PAN, ArrowRight: PAN }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          onView(panned(view, whole, by));
        }}
        className="range h-6 min-w-24 flex-1 disabled:opacity-40"
      />
      <div className="flex items-center">
        <IconButton
          label={t("zoomOut")}
          title={`${t("zoomOut")} (−)`}
          disabled={all}
          onClick={() => onZoom(STEP)}
        >
          <ZoomOut aria-hidden className="size-5" />
        </IconButton>
        <IconButton
          label={t("zoomIn")}
          title={`${t("zoomIn")} (+)`}
          disabled={width <= Math.min(whole, NARROWEST_S)}
          onClick={() => onZoom(1 / STEP)}
        >
          <ZoomIn aria-hidden className="size-5" />
        </IconButton>
        <IconButton
          label={t("zoomAll")}
          title={`${t("zoomAll")} (0)`}
          disabled={all}
          onClick={() => onView(viewOf(whole))}
        >
          <Maximize2 aria-hidden className="size-4.5" />
        </IconButton>
      </div>
      <p className="basis-full text-xs text-faint tabular-nums">{span}</p>
    </div>
  );
}
