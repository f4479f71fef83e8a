import { useQueryClient } from "@tanstack/react-query";
import { type Delivery, deliveriesOf, developers, useDeliveries } from "../../api/developers";
import { useIsOwner } from "../../api/workspace";
import { type Key, useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { EVENT_TEXT } from "./eventText";

const STATES: Record<Delivery["state"], { text: Key; tone: Tone }> = {
  pending: { text: "deliveryPending", tone: "violet" },
  delivered: { text: "deliveryDelivered", tone: "good" },
  failed: { text: "deliveryFailed", tone: "bad" },
};

/** What was sent to a webhook, newest first, and the way to send it again. */
export function Deliveries({ webhook, open }: { webhook: string; open: boolean }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const deliveries = useDeliveries(webhook, open);
  const isOwner = useIsOwner();
  const replay = useAction({
    mutationFn: (id: string) => developers.replay(webhook, id),
    onSuccess: () => client.invalidateQueries({ queryKey: deliveriesOf(webhook) }),
  });
  if (deliveries.error) {
    return <Failure error={deliveries.error} retry={() => void deliveries.refetch()} />;
  }
  if (!deliveries.data) return <Skeleton rows={2} height="h-12" />;
  if (deliveries.data.results.length === 0) {
    return <p className="text-sm text-muted">{t("noDeliveries")}</p>;
  }
  return (
    <ul className="divide-y divide-line text-sm">
      {deliveries.data.results.map((delivery) => (
        <Row
          key={delivery.id}
          delivery={delivery}
          busy={replay.isPending && replay.variables === delivery.id}
          onReplay={isOwner ? () => replay.mutate(delivery.id) : undefined}
        />
      ))}
    </ul>
  );
}

interface Props {
  delivery: Delivery;
  busy: boolean;
  onReplay: (() => void) | undefined;
}

function Row({ delivery, busy, onReplay }: Props) {
  const { t, language } = useI18n();
  const state = STATES[delivery.state];
  const last = delivery.log.at(-1);
  const name = t(EVENT_TEXT[delivery.event]);
  const facts = [
    formatDate(delivery.created_at, language),
    t("deliveryTries", { count: delivery.tries }),
    last?.status ? `HTTP ${last.status}` : last?.code,
  ];
  return (
    <li className="flex flex-wrap items-center gap-3 py-2.5">
      <Badge tone={state.tone}>{t(state.text)}</Badge>
      <div className="min-w-0 flex-1">
        <p className="truncate">{name}</p>
        <p className="text-faint">{facts.filter(Boolean).join(" · ")}</p>
      </div>
      {onReplay && delivery.state !== "pending" && (
        <Button
          size="small"
          busy={busy}
          onClick={onReplay}
          aria-label={t("sendAgainNamed", { name })}
        >
          {t("sendAgain")}
        </Button>
      )}
    </li>
  );
}
