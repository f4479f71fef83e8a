import { Pause, Play } from "lucide-react";
import { useI18n } from "../i18n";
import { type Track, usePlayer } from "./PlayerProvider";

interface Props {
  track: Track;
  /** The tracks that stand beside it, asked for when it starts. */
  among?: () => readonly Track[];
  size?: "normal" | "large";
  disabled?: boolean;
}

export function PlayButton({ track, among, size = "normal", disabled }: Props) {
  const { t } = useI18n();
  const player = usePlayer();
  const active = player.track?.key === track.key && player.playing;
  const label = t(active ? "pauseNamed" : "playNamed", { name: track.title });
  const Icon = active ? Pause : Play;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={() => player.toggle(track, among?.())}
      className={`grid shrink-0 place-items-center rounded-full transition-colors disabled:cursor-not-allowed disabled:opacity-35 ${size === "large" ? "size-14" : "size-11"} ${active ? "bg-violet-deep text-white" : "bg-white/8 text-text hover:bg-violet-deep hover:text-white"}`}
    >
      <Icon
        aria-hidden
        className={`${size === "large" ? "size-6" : "size-4.5"} fill-current ${active ? "" : "ml-0.5"}`}
      />
    </button>
  );
}
