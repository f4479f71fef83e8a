import { useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, ShieldX } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";
import { GiveConsent } from "./GiveConsent";

/** Who agreed to what and when, and the way to take it back. */
export function ConsentCard({ voice }: { voice: Voice }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useAction({
    mutationFn: () => api.revokeConsent(voice.id),
    onSuccess: async () => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: ["voice", voice.id] });
      await client.invalidateQueries({ queryKey: ["voices"] });
    },
  });
  const { consent } = voice;
  const valid = consent && !consent.revoked_at;
  const Icon = valid ? ShieldCheck : ShieldX;
  return (
    <section aria-labelledby="consent" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="consent" className="flex items-center gap-2.5 text-lg font-bold">
        <Icon aria-hidden className={`size-5 ${valid ? "text-good" : "text-warn"}`} />
        {t("consent")}
      </h2>
      {consent ? (
        <dl className="grid gap-2 text-sm">
          <Row label={t("singerName")} value={consent.singer_name} />
          <Row
            label={t("scope")}
            value={t(consent.scope === "own" ? "scopeOwn" : "scopeLicensed")}
          />
          <Row label={t("consentWhen")} value={formatDate(consent.created_at, language)} />
          <Row label={t("consentVersion")} value={consent.statement_version} />
          {consent.revoked_at && (
            <Row label={t("consentRevoked")} value={formatDate(consent.revoked_at, language)} />
          )}
        </dl>
      ) : (
        <p className="text-muted">{t("noConsentText")}</p>
      )}
      {valid ? (
        <Button look="danger" className="justify-self-start" onClick={() => setAsking(true)}>
          {t("revokeConsent")}
        </Button>
      ) : (
        <GiveConsent voice={voice} />
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => revoke.mutate()}
        busy={revoke.isPending}
        title={t("revokeTitle")}
        description={t("revokeText")}
        action={t("revokeConsent")}
      />
    </section>
  );
}

function Row({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex justify-between gap-6">
      <dt className="text-faint">{label}</dt>
      <dd className="text-right font-medium">{value}</dd>
    </div>
  );
}
