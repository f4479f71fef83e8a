import { Sparkles } from "lucide-react";
import { useI18n } from "../i18n";

export function AiNotice() {
  const { t } = useI18n();
  return (
    <p className="flex items-start gap-3 rounded-2xl border border-line bg-panel px-4 py-3 text-sm text-muted">
      <Sparkles aria-hidden className="mt-0.5 size-4 shrink-0 text-violet-soft" />
      {t("aiNotice")}
    </p>
  );
}
