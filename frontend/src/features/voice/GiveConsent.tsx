import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/calls";
import { useConsentStatement } from "../../api/queries";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";
import { type Consent, ConsentFields } from "./ConsentFields";

export function GiveConsent({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const statement = useConsentStatement();
  const [open, setOpen] = useState(false);
  const [consent, setConsent] = useState<Consent>({ agreed: false, singer: "", scope: "own" });
  const give = useAction({
    mutationFn: () =>
      api.giveConsent(voice.id, {
        statement_version: statement.data?.version ?? "",
        singer_name: consent.singer.trim(),
        scope: consent.scope,
        agreed: consent.agreed,
      }),
    onSuccess: async () => {
      setOpen(false);
      await client.invalidateQueries({ queryKey: ["voice", voice.id] });
      await client.invalidateQueries({ queryKey: ["voices"] });
    },
  });
  return (
    <>
      <Button className="justify-self-start" onClick={() => setOpen(true)}>
        {t("giveConsent")}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t("giveConsent")}>
        <div className="grid gap-5">
          <ConsentFields value={consent} onChange={setConsent} />
          <Button
            look="primary"
            className="justify-self-end"
            busy={give.isPending}
            disabled={!consent.agreed || !consent.singer.trim() || !statement.data}
            onClick={() => give.mutate()}
          >
            {t("save")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
