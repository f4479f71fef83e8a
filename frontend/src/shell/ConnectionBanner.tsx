import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useI18n } from "../i18n";
import { useLiveStatus } from "../live/LiveProvider";

/** Says when the browser is offline, or when changes arrive by polling only. */
export function ConnectionBanner() {
  const { t } = useI18n();
  const online = useOnline();
  const blocked = useLiveStatus() === "blocked";
  const sentence = online ? (blocked ? t("liveBlocked") : "") : t("offline");
  return (
    <div role="status" aria-live="polite" className="sticky top-14 z-15 lg:top-0">
      {sentence && (
        <p
          className={`flex items-center justify-center gap-2 px-4 py-2 text-center text-sm ${online ? "bg-raised text-muted" : "bg-[color-mix(in_srgb,var(--color-warn)_15%,var(--color-ink))] text-warn"}`}
        >
          <WifiOff aria-hidden className="size-4 shrink-0" />
          {sentence}
        </p>
      )}
    </div>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const read = () => setOnline(navigator.onLine);
    window.addEventListener("online", read);
    window.addEventListener("offline", read);
    return () => {
      window.removeEventListener("online", read);
      window.removeEventListener("offline", read);
    };
  }, []);
  return online;
}
