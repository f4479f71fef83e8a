import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CONNECTED, goTo, PROVIDERS, type Provider, social, useProviders } from "../../auth/social";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { notify } from "../../ui/notify";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";

/** Other accounts that sign one in here: connect and disconnect them. */
export function ConnectedCard() {
  const { t } = useI18n();
  const client = useQueryClient();
  const providers = useProviders();
  const connected = useQuery({
    queryKey: CONNECTED,
    queryFn: social.connected,
    enabled: providers.length > 0,
  });
  const disconnect = useAction({
    mutationFn: (one: { provider: Provider; uid: string }) =>
      social.disconnect(one.provider, one.uid),
    onSuccess: async (answer) => {
      if (answer.status !== 200) notify.error(t(refusal(answer.problems[0]?.code)));
      await client.invalidateQueries({ queryKey: CONNECTED });
    },
  });
  if (providers.length === 0) return null;
  return (
    <section aria-labelledby="connected" className="card grid grid-cols-1 gap-4 p-6">
      <div className="grid gap-1">
        <h2 id="connected" className="text-lg font-bold">
          {t("socialConnected")}
        </h2>
        <p className="text-sm text-muted">{t("socialConnectedLead")}</p>
      </div>
      {connected.error && (
        <Failure error={connected.error} retry={() => void connected.refetch()} />
      )}
      {connected.isPending && <Skeleton rows={providers.length} height="h-10" />}
      {connected.data && (
        <ul className="grid grid-cols-1 divide-y divide-line">
          {providers.map((provider) => {
            const name = t(PROVIDERS[provider].name);
            const one = connected.data.find((each) => each.provider.id === provider);
            return (
              <li key={provider} className="flex items-center justify-between gap-3 py-3">
                <span className="font-medium">{name}</span>
                {one ? (
                  <Button
                    size="small"
                    look="danger"
                    busy={disconnect.isPending && disconnect.variables.provider === provider}
                    aria-label={t("socialDisconnectNamed", { name })}
                    onClick={() => disconnect.mutate({ provider, uid: one.uid })}
                  >
                    {t("socialDisconnect")}
                  </Button>
                ) : (
                  <Button
                    size="small"
                    aria-label={t("socialConnectNamed", { name })}
                    onClick={() => void goTo(provider, "connect", "/account")}
                  >
                    {t("socialConnect")}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function refusal(code: string | undefined) {
  return code === "no_password" ? "socialNeedsPassword" : "socialSignInAgain";
}
