import { useQuery } from "@tanstack/react-query";
import { Gauge, HeartPulse } from "lucide-react";
import { meQuery } from "../../api/queries";
import { useI18n } from "../../i18n";
import { buttonClass } from "../../ui/Button";

/** For operators alone: the way to the panel and to its page of health. */
export function OperatorCard() {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  if (!me?.user.is_staff) return null;
  return (
    <section className="card grid gap-4 p-6" aria-labelledby="operator">
      <h2 id="operator" className="text-lg font-semibold">
        {t("operator")}
      </h2>
      <p className="text-sm text-muted">{t("operatorLead")}</p>
      <div className="flex flex-wrap gap-3">
        <a href="/admin/" className={buttonClass()}>
          <Gauge aria-hidden className="size-4.5" />
          {t("operatorPanel")}
        </a>
        <a href="/health" className={buttonClass()}>
          <HeartPulse aria-hidden className="size-4.5" />
          {t("operatorHealth")}
        </a>
      </div>
    </section>
  );
}
