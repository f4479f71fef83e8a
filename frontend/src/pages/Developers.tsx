import { KeysCard } from "../features/developers/KeysCard";
import { WebhooksCard } from "../features/developers/WebhooksCard";
import { useI18n } from "../i18n";
import { buttonClass } from "../ui/Button";
import { PageHead } from "../ui/PageHead";

export default function Developers() {
  const { t } = useI18n();
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
        <WebhooksCard />
      </div>
    </>
  );
}
