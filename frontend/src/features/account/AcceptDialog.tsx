import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/calls";
import { meQuery } from "../../api/queries";
import { type Agreed, Agreement } from "../../auth/Agreement";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";

/** Asks for the documents in force that the person has not accepted. Put off, it comes back with
 * the next load: whoever does not agree can still take their data along and leave. */
export function AcceptDialog() {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  const [later, setLater] = useState(false);
  const open = Boolean(me?.to_accept.length) && !later;
  return (
    <Dialog
      open={open}
      onClose={() => setLater(true)}
      title={t("acceptTitle")}
      description={t("acceptLead")}
    >
      <AcceptForm onLater={() => setLater(true)} />
    </Dialog>
  );
}

function AcceptForm({ onLater }: { onLater: () => void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const asked = useQuery(meQuery).data?.to_accept ?? [];
  const [agreed, setAgreed] = useState<Agreed>({ terms: false, privacy: false });
  const [missing, setMissing] = useState(false);
  const accept = useAction({
    mutationFn: () =>
      api.accept(Object.fromEntries(asked.map(({ document, version }) => [document, version]))),
    onSuccess: (me) => client.setQueryData(meQuery.queryKey, me),
    // A version that came meanwhile.
    onError: () => void client.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const all = asked.every(({ document }) => agreed[document]);
    setMissing(!all);
    if (all) accept.mutate();
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5" noValidate>
      <Agreement
        agreed={agreed}
        documents={asked.map(({ document }) => document)}
        onChange={setAgreed}
        error={missing ? t("acceptMissing") : undefined}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onLater}>{t("acceptLater")}</Button>
        <Button type="submit" look="primary" busy={accept.isPending}>
          {t("acceptAction")}
        </Button>
      </div>
    </form>
  );
}
