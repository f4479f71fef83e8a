import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ban } from "lucide-react";
import { meQuery } from "../api/queries";
import { useI18n } from "../i18n";

/** Says on every page of a suspended workspace what still works and what to do. */
export function SuspendedBanner() {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  return (
    <div role="status" aria-live="polite">
      {me?.workspace.suspended_at && (
        <div className="flex items-start gap-3 border-b border-warn/30 bg-warn/15 px-4 py-3 text-sm sm:px-8">
          <Ban aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          <p>
            <strong className="font-semibold text-warn">{t("suspendedTitle")}</strong>{" "}
            {t("suspendedText")}{" "}
            <Link to="/library" className="whitespace-nowrap text-violet-soft underline">
              {t("suspendedFiles")}
            </Link>
          </p>
        </div>
      )}
    </div>
  );
}
