import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { CircleAlert, CircleCheck } from "lucide-react";
import { meQuery, usePlans, useUsage } from "../api/queries";
import type { Usage as UsageData } from "../api/types";
import { BalanceCard } from "../features/usage/BalanceCard";
import { DayChart } from "../features/usage/DayChart";
import { EntryList } from "../features/usage/EntryList";
import { QuotaCard } from "../features/usage/QuotaCard";
import { Shop } from "../features/usage/Shop";
import { useI18n } from "../i18n";
import { formatDate } from "../i18n/format";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

export default function Usage() {
  const { t } = useI18n();
  const { paid } = useSearch({ from: "/app/usage" });
  const { data: me } = useQuery(meQuery);
  const usage = useUsage();
  const plans = usePlans();
  const error = usage.error ?? plans.error;
  const mayPay = me?.workspace.role === "owner";
  return (
    <>
      <PageHead title={t("usage")} lead={t("usageLead")} />
      {error && (
        <Failure error={error} retry={() => void Promise.all([usage.refetch(), plans.refetch()])} />
      )}
      {(usage.isPending || plans.isPending) && !error && <Skeleton rows={2} height="h-56" />}
      {paid && (
        <p
          role="status"
          className="flex gap-3 rounded-2xl border border-good/30 bg-good/8 px-5 py-4"
        >
          <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-good" />
          {t("paidThanks")}
        </p>
      )}
      {usage.data && plans.data && (
        <>
          {usage.data.standing === "overdue" && <Overdue usage={usage.data} />}
          <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
            <BalanceCard usage={usage.data} plans={plans.data} mayPay={mayPay} />
            <QuotaCard usage={usage.data} />
          </div>
          <DayChart days={usage.data.days} />
          {usage.data.selling && <Shop plans={plans.data} usage={usage.data} mayPay={mayPay} />}
          <EntryList />
        </>
      )}
    </>
  );
}

function Overdue({ usage }: { usage: UsageData }) {
  const { t, language } = useI18n();
  const until = usage.grace_until;
  const grace = until !== null && Date.parse(until) > Date.now();
  return (
    <div role="alert" className="flex gap-3 rounded-2xl border border-warn/40 bg-warn/10 px-5 py-4">
      <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-warn" />
      <div className="grid gap-1">
        <p className="font-medium">{t("overdueTitle")}</p>
        <p className="text-sm text-muted">
          {grace ? t("overdueGrace", { date: formatDate(until, language) }) : t("overdueOver")}
        </p>
      </div>
    </div>
  );
}
