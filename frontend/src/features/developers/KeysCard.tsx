import { useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { type ApiKey, developers, KEYS, useApiKeys } from "../../api/developers";
import { useIsOwner } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { KeyDialog } from "./KeyDialog";
import { ShownSecret } from "./ShownSecret";

/** The workspace's API keys: make one, see it once, revoke it. */
export function KeysCard() {
  const { t } = useI18n();
  const client = useQueryClient();
  const keys = useApiKeys();
  const isOwner = useIsOwner();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState("");
  const [leaving, setLeaving] = useState<ApiKey>();
  const revoke = useAction({
    mutationFn: (id: string) => developers.revokeKey(id),
    onSuccess: () => client.invalidateQueries({ queryKey: KEYS }),
    onSettled: () => setLeaving(undefined),
  });
  return (
    <section aria-labelledby="api-keys" className="card grid grid-cols-1 gap-4 p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="api-keys" className="text-lg font-bold">
          {t("apiKeys")}
        </h2>
        {isOwner && (
          <Button icon={<Plus aria-hidden className="size-4.5" />} onClick={() => setMaking(true)}>
            {t("newKey")}
          </Button>
        )}
      </div>
      {!isOwner && <p className="text-sm text-faint">{t("askOwner")}</p>}
      {keys.error && <Failure error={keys.error} retry={() => void keys.refetch()} />}
      {keys.isPending && <Skeleton rows={2} height="h-14" />}
      {keys.data?.results.length === 0 && <p className="text-muted">{t("noKeys")}</p>}
      {keys.data && keys.data.results.length > 0 && (
        <ul className="grid grid-cols-1 divide-y divide-line">
          {keys.data.results.map((key) => (
            <KeyRow
              key={key.id}
              apiKey={key}
              onRevoke={isOwner ? () => setLeaving(key) : undefined}
            />
          ))}
        </ul>
      )}
      <KeyDialog
        open={making}
        onClose={() => setMaking(false)}
        onMade={(key) => {
          setMaking(false);
          setSecret(key);
        }}
      />
      <ShownSecret title={t("newKey")} secret={secret} onClose={() => setSecret("")} />
      <Confirm
        open={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && revoke.mutate(leaving.id)}
        title={t("revokeKeyTitle")}
        description={t("revokeKeyText", { name: leaving?.name ?? "" })}
        action={t("revoke")}
        busy={revoke.isPending}
      />
    </section>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: (() => void) | undefined }) {
  const { t, language } = useI18n();
  const used = apiKey.last_used_at
    ? t("keyUsed", { date: formatDate(apiKey.last_used_at, language) })
    : t("keyUnused");
  const until = apiKey.expires_at
    ? t("keyExpires", { date: formatDate(apiKey.expires_at, language) })
    : t("never");
  return (
    <li className="flex items-center gap-3 py-3">
      <KeyRound aria-hidden className="size-5 shrink-0 text-faint" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{apiKey.name}</p>
        <p className="truncate font-mono text-sm text-muted">
          {apiKey.prefix}… · {apiKey.scopes.join(", ")}
        </p>
        <p className="text-sm text-faint">
          {used} · {until}
        </p>
      </div>
      {onRevoke && (
        <Button
          size="small"
          look="danger"
          onClick={onRevoke}
          aria-label={t("revokeNamed", { name: apiKey.name })}
        >
          {t("revoke")}
        </Button>
      )}
    </li>
  );
}
