import { Link } from "@tanstack/react-router";
import { Gem } from "lucide-react";
import { useCredits } from "../api/queries";
import { useI18n } from "../i18n";
import { formatNumber } from "../i18n/format";

/** Credits that are left, and those set aside for running jobs. */
export function CreditsChip({ wide = false }: { wide?: boolean }) {
  const { t } = useI18n();
  const { data: balance } = useCredits();
  const amount = balance ? formatNumber(balance.available) : "–";
  if (!wide) {
    return (
      <Link
        to="/usage"
        aria-label={t("creditsLeft", { amount })}
        className="flex min-h-10 min-w-24 items-center justify-end gap-1.5 rounded-full px-2 text-sm font-semibold tabular-nums"
      >
        <Gem aria-hidden className="size-4 text-violet-soft" />
        {amount}
      </Link>
    );
  }
  return (
    <Link
      to="/usage"
      className="grid gap-0.5 rounded-2xl border border-line bg-panel px-4 py-3 hover:border-edge"
    >
      <span className="text-xs text-faint">{t("credits")}</span>
      <span className="flex items-center gap-2 text-lg font-bold tabular-nums">
        <Gem aria-hidden className="size-4 text-violet-soft" />
        {amount}
      </span>
      <span className="min-h-4 text-xs text-faint">
        {balance && balance.reserved > 0
          ? t("creditsReserved", { amount: formatNumber(balance.reserved) })
          : ""}
      </span>
    </Link>
  );
}
