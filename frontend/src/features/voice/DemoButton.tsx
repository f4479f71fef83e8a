import { Pause, Play } from "lucide-react";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { useDemo } from "./useDemo";

/** Plays the voice's demo clip. */
export function DemoButton({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const { playing, busy, toggle } = useDemo(voice);
  if (voice.demo === null) return null;
  const name = t("demoOf", { name: voice.name });
  const label = t(playing ? "pauseNamed" : "playNamed", { name });
  const Icon = playing ? Pause : Play;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-busy={busy || undefined}
      onClick={toggle}
      className={`relative z-10 grid size-11 shrink-0 place-items-center rounded-full transition-colors ${playing ? "bg-violet-deep text-white" : "bg-white/8 text-text hover:bg-violet-deep hover:text-white"}`}
    >
      <Icon aria-hidden className={`size-4.5 fill-current ${playing ? "" : "ml-0.5"}`} />
    </button>
  );
}
