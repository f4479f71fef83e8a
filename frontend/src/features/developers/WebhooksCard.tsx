import { Plus } from "lucide-react";
import { useState } from "react";
import { useWebhooks } from "../../api/developers";
import { useIsOwner } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Failure, Skeleton } from "../../ui/states";
import { ShownSecret } from "./ShownSecret";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookRow } from "./WebhookRow";

/** Where the workspace's news go. */
export function WebhooksCard() {
  const { t } = useI18n();
  const webhooks = useWebhooks();
  const isOwner = useIsOwner();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState("");
  return (
    <section aria-labelledby="webhooks" className="card grid grid-cols-1 gap-4 p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="webhooks" className="text-lg font-bold">
          {t("webhooks")}
        </h2>
        {isOwner && (
          <Button icon={<Plus aria-hidden className="size-4.5" />} onClick={() => setMaking(true)}>
            {t("newWebhook")}
          </Button>
        )}
      </div>
      {!isOwner && <p className="text-sm text-faint">{t("askOwner")}</p>}
      {webhooks.error && <Failure error={webhooks.error} retry={() => void webhooks.refetch()} />}
      {webhooks.isPending && <Skeleton rows={2} height="h-14" />}
      {webhooks.data?.results.length === 0 && <p className="text-muted">{t("noWebhooks")}</p>}
      {webhooks.data && webhooks.data.results.length > 0 && (
        <ul className="grid grid-cols-1 divide-y divide-line">
          {webhooks.data.results.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} onSecret={setSecret} />
          ))}
        </ul>
      )}
      <WebhookDialog
        open={making}
        onClose={() => setMaking(false)}
        onMade={(made) => {
          setMaking(false);
          setSecret(made);
        }}
      />
      <ShownSecret title={t("webhooks")} secret={secret} onClose={() => setSecret("")} />
    </section>
  );
}
