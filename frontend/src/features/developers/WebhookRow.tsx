import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deliveriesOf, developers, WEBHOOKS, type Webhook } from "../../api/developers";
import { useIsOwner } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";
import { Deliveries } from "./Deliveries";
import { EVENT_TEXT } from "./eventText";

interface Props {
  webhook: Webhook;
  onSecret: (secret: string) => void;
}

/** One webhook: how it stands, its test, its log. */
export function WebhookRow({ webhook, onSecret }: Props) {
  const { t, pick } = useI18n();
  const isOwner = useIsOwner();
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<"rotate" | "delete">();
  const { test, toggle, rotate, remove } = useWebhook(webhook, onSecret, () =>
    setAsking(undefined),
  );
  const isRotating = asking === "rotate";
  return (
    <li className="grid grid-cols-1 gap-3 py-4">
      <div className="flex flex-wrap items-center gap-3">
        <Standing webhook={webhook} />
        <p className="min-w-0 flex-1 truncate font-mono text-sm">{webhook.url}</p>
      </div>
      <p className="text-sm text-muted">
        {webhook.events.map((event) => t(EVENT_TEXT[event])).join(", ")}
      </p>
      {webhook.problem && <p className="text-sm text-bad">{pick(webhook.problem.message)}</p>}
      <div className="flex flex-wrap gap-2">
        {isOwner && (
          <>
            <Button size="small" busy={test.isPending} onClick={() => test.mutate()}>
              {t("sendTest")}
            </Button>
            <Button size="small" busy={toggle.isPending} onClick={() => toggle.mutate()}>
              {t(webhook.is_enabled ? "switchOff" : "switchOn")}
            </Button>
            <Button size="small" onClick={() => setAsking("rotate")}>
              {t("rotateSecret")}
            </Button>
          </>
        )}
        <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t("deliveryLog")}
        </Button>
        {isOwner && (
          <Button size="small" look="danger" onClick={() => setAsking("delete")}>
            {t("remove")}
          </Button>
        )}
      </div>
      {open && <Deliveries webhook={webhook.id} open />}
      <Confirm
        open={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => (isRotating ? rotate : remove).mutate()}
        title={t(isRotating ? "rotateSecret" : "deleteWebhookTitle")}
        description={isRotating ? t("rotateText") : t("deleteWebhookText", { name: webhook.url })}
        action={t(isRotating ? "rotateSecret" : "remove")}
        look={isRotating ? "primary" : "danger"}
        busy={rotate.isPending || remove.isPending}
      />
    </li>
  );
}

function Standing({ webhook }: { webhook: Webhook }) {
  const { t } = useI18n();
  if (!webhook.is_enabled) return <Badge tone="bad">{t("webhookOff")}</Badge>;
  if (webhook.failing_since) return <Badge tone="warn">{t("webhookFailing")}</Badge>;
  return <Badge tone="good">{t("webhookOn")}</Badge>;
}

function useWebhook(webhook: Webhook, onSecret: (secret: string) => void, onEnd: () => void) {
  const { t } = useI18n();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: WEBHOOKS });
  const test = useAction({
    mutationFn: () => developers.testWebhook(webhook.id),
    onSuccess: async () => {
      notify.success(t("testSent"));
      await client.invalidateQueries({ queryKey: deliveriesOf(webhook.id) });
    },
  });
  const toggle = useAction({
    mutationFn: () => developers.updateWebhook(webhook.id, { is_enabled: !webhook.is_enabled }),
    onSuccess: refresh,
  });
  const rotate = useAction({
    mutationFn: () => developers.rotateSecret(webhook.id),
    onSuccess: async (made) => {
      onSecret(made.secret);
      await refresh();
    },
    onSettled: onEnd,
  });
  const remove = useAction<unknown>({
    mutationFn: () => developers.deleteWebhook(webhook.id),
    onSuccess: refresh,
    onSettled: onEnd,
  });
  return { test, toggle, rotate, remove };
}
