import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useI18n } from "../i18n";

/** Settings that most people leave alone, folded away. */
export function Advanced({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  return (
    <details className="group mt-5 border-t border-line pt-3">
      <summary className="flex min-h-10 list-none items-center gap-2 rounded-lg font-medium text-muted hover:text-text">
        <ChevronRight aria-hidden className="size-4.5 transition-transform group-open:rotate-90" />
        {t("advanced")}
      </summary>
      <div className="pt-4 pb-1">{children}</div>
    </details>
  );
}
