import { useApiKeys } from "../api/developers";
import { KeysCard } from "../features/developers/KeysCard";
import { WebhooksCard } from "../features/developers/WebhooksCard";
import { useI18n } from "../i18n";
import { buttonClass } from "../ui/Button";
import { PageHead } from "../ui/PageHead";

export default function Developers() {
  const { t } = useI18n();
  const keys = useApiKeys();
  return (
    <>
      <PageHead
        title={t("developers")}
        lead={t("developersLead")}
        actions={
          <>
            <a href="/docs/api" className={buttonClass()}>
              {t("apiReference")}
            </a>
            <a href="/docs/errors" className={buttonClass()}>
              {t("errorCodes")}
            </a>
          </>
        }
      />
      <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-2">
        <KeysCard />
        {/* Where it stands below the keys it comes after them: their number would push it. */}
        <div className={keys.isPending ? "max-xl:hidden" : undefined}>
          <WebhooksCard />
        </div>
      </div>
    </>
  );
}
