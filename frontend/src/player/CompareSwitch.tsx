import { useI18n } from "../i18n";
import { useAction } from "../ui/useAction";
import { type Track, usePlayer } from "./PlayerProvider";

/** Result or original, at the same place in the song. */
export function CompareSwitch({ track }: { track: Track }) {
  const { t } = useI18n();
  const { heard, swap: hear } = usePlayer();
  const swap = useAction({
    mutationFn: hear,
  });
  const sides = [
    { id: track.fileId, label: t("converted") },
    { id: track.sourceId, label: t("original") },
  ];
  return (
    <fieldset className="hidden shrink-0 rounded-full bg-ink p-1 ring-1 ring-line md:flex">
      <legend className="sr-only">{t("compare")}</legend>
      {sides.map((side) => (
        <button
          key={side.id}
          type="button"
          aria-pressed={heard === side.id}
          disabled={swap.isPending}
          onClick={() => side.id && side.id !== heard && swap.mutate(side.id)}
          className={`rounded-full px-3 py-1 text-xs font-semibold ${heard === side.id ? "bg-violet-deep text-white" : "text-muted hover:text-text"}`}
        >
          {side.label}
        </button>
      ))}
    </fieldset>
  );
}
