import { useState } from "react";
import { api } from "../../api/calls";
import type { Currency, Plan, Plans, Usage } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatMoney, formatNumber, formatSize } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Segments";
import { useAction } from "../../ui/useAction";

interface Props {
  plans: Plans;
  usage: Usage;
  mayPay: boolean;
}

/** Plans by the month and packs of credits; buying leads to the payment provider's page. */
export function Shop({ plans, usage, mayPay }: Props) {
  const { t, language } = useI18n();
  const [currency, setCurrency] = useState<Currency>(language === "ko" ? "krw" : "usd");
  const buy = useAction({
    mutationFn: (item: string) => api.checkout(item, currency),
    onSuccess: ({ url }) => location.assign(url),
  });
  const subscribed = usage.standing === "active" || usage.standing === "overdue";
  const wanted = buy.isPending ? buy.variables : undefined;
  return (
    <>
      <section aria-labelledby="plans" className="grid grid-cols-1 gap-4">
        <div className="flex flex-wrap items-end justify-between gap-4">
          <h2 id="plans" className="text-lg font-bold">
            {t("plans")}
          </h2>
          <div className="w-44">
            <Segments
              legend={t("currency")}
              value={currency}
              onChange={(value) => setCurrency(value === "usd" ? "usd" : "krw")}
              options={[
                { value: "krw", label: t("currencyKrw") },
                { value: "usd", label: t("currencyUsd") },
              ]}
            />
          </div>
        </div>
        <div className="grid grid-cols-1 gap-4 md:grid-cols-3">
          {plans.plans.map((plan) =>
            plan.price ? (
              <PlanCard
                key={plan.name}
                plan={plan}
                price={plan.price[currency]}
                currency={currency}
              >
                {(name) =>
                  subscribed && usage.plan === plan.name ? (
                    <p className="font-semibold text-good">{t("currentPlan")}</p>
                  ) : (
                    mayPay &&
                    !subscribed && (
                      <Button
                        look="primary"
                        busy={wanted === plan.name}
                        onClick={() => buy.mutate(plan.name)}
                      >
                        {t("choosePlan", { name })}
                      </Button>
                    )
                  )
                }
              </PlanCard>
            ) : null,
          )}
        </div>
      </section>
      <section aria-labelledby="packs" className="grid grid-cols-1 gap-4">
        <h2 id="packs" className="text-lg font-bold">
          {t("packs")}
        </h2>
        <ul className="grid grid-cols-1 gap-4 md:grid-cols-3">
          {plans.packs.map((pack) => {
            const credits = formatNumber(pack.credits);
            return (
              <li key={pack.name} className="card grid gap-3 p-5">
                <span className="text-xl font-bold tabular-nums">
                  {t("packCredits", { credits })}
                </span>
                <span className="text-muted tabular-nums">
                  {formatMoney(pack.price[currency], currency, language)}
                </span>
                {mayPay && (
                  <Button busy={wanted === pack.name} onClick={() => buy.mutate(pack.name)}>
                    {t("buyPack", { credits })}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
        <p className="text-sm text-faint">{t(mayPay ? "pricesHint" : "onlyOwnerPays")}</p>
      </section>
    </>
  );
}

interface CardProps {
  plan: Plan;
  price: number;
  currency: Currency;
  children: (name: string) => React.ReactNode;
}

function PlanCard({ plan, price, currency, children }: CardProps) {
  const { t, language, pick } = useI18n();
  const { storage, minutes, parallel, seats } = plan.quotas;
  return (
    <article aria-label={pick(plan.title)} className="card grid content-start gap-3 p-5">
      <h3 className="text-xl font-bold">{pick(plan.title)}</h3>
      <p className="text-2xl font-bold tabular-nums">
        {t("perMonth", { price: formatMoney(price, currency, language) })}
      </p>
      <p className="font-medium">{t("planCredits", { credits: formatNumber(plan.credits) })}</p>
      <p className="text-sm text-muted">
        {t("planQuotas", {
          storage: formatSize(storage ?? 0),
          minutes: formatNumber(minutes ?? 0),
          parallel: parallel ?? 0,
          seats: seats ?? 0,
        })}
      </p>
      {children(pick(plan.title))}
    </article>
  );
}
