import { ReceiptText } from "lucide-react";
import { api } from "../../api/calls";
import type { Plans, Usage } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate, formatNumber } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { useAction } from "../../ui/useAction";

interface Props {
  usage: Usage;
  plans: Plans;
  mayPay: boolean;
}

/** What is left, on which plan, and the way to cards and receipts. */
export function BalanceCard({ usage, plans, mayPay }: Props) {
  const { t, language, pick } = useI18n();
  const plan = plans.plans.find((one) => one.name === usage.plan);
  const portal = useAction({
    mutationFn: () => api.portal(),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <section aria-labelledby="balance" className="card glow grid content-start gap-5 p-6">
      <h2 id="balance" className="text-lg font-bold">
        {t("creditsAvailable")}
      </h2>
      <p className="grid gap-1">
        <span className="text-4xl font-bold tracking-tight tabular-nums">
          {formatNumber(usage.available)}
        </span>
        <span className="text-sm text-faint">
          {t("creditsReserved", { amount: formatNumber(usage.reserved) })}
        </span>
        {usage.owed > 0 && (
          <span className="text-sm text-warn">
            {t("creditsOwed", { amount: formatNumber(usage.owed) })}
          </span>
        )}
      </p>
      <div className="grid gap-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="text-sm text-muted">{t("plan")}</span>
          <span className="font-semibold">
            {usage.selling && plan ? pick(plan.title) : t("planOpen")}
          </span>
        </p>
        <p className="text-sm text-faint">
          {!usage.selling
            ? t("planOpenText")
            : usage.period_end && usage.standing === "active"
              ? t(usage.ends ? "endsAt" : "renewsAt", {
                  date: formatDate(usage.period_end, language),
                })
              : ""}
        </p>
      </div>
      {usage.selling && mayPay && usage.plan !== "trial" && (
        <div className="grid justify-items-start gap-1.5">
          <Button
            busy={portal.isPending}
            icon={<ReceiptText aria-hidden className="size-4.5" />}
            onClick={() => portal.mutate()}
          >
            {t("openPortal")}
          </Button>
          <p className="text-sm text-faint">{t("portalHint")}</p>
        </div>
      )}
    </section>
  );
}
