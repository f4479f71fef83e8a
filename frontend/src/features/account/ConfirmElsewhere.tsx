import { useQuery } from "@tanstack/react-query";
import { CONNECTED, goTo, PROVIDERS, social } from "../../auth/social";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";

/** Who has no password proves who they are where they sign in, and comes back to this page. */
export function ConfirmElsewhere() {
  const { t } = useI18n();
  const connected = useQuery({ queryKey: CONNECTED, queryFn: social.connected });
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-sm text-muted">{t("confirmElsewhere")}</p>
      {connected.data?.map(({ provider, uid }) => (
        <Button
          key={`${provider.id}/${uid}`}
          onClick={() => void goTo(provider.id, "login", "/account")}
        >
          {t(PROVIDERS[provider.id].goOn)}
        </Button>
      ))}
    </div>
  );
}
