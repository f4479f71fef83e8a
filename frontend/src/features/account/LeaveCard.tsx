import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { type Leaver, leaving, plannedOf, usePlanned } from "../../api/leaving";
import { meQuery } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { notify } from "../../ui/notify";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { LeaveDialog } from "./LeaveDialog";

const GRACE_DAYS = "7";

/** Deleting the workspace or the account, and taking that back. */
export function LeaveCard() {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  return (
    <section id="leaving" aria-labelledby="leave" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="leave" className="text-lg font-bold">
        {t("erasingTitle")}
      </h2>
      <p className="text-muted">{t("erasingText", { days: GRACE_DAYS })}</p>
      {me.workspace.role === "owner" && <Row what="workspace" name={me.workspace.name} />}
      <Row what="account" name={me.user.email} />
    </section>
  );
}

function Row({ what, name }: { what: Leaver; name: string }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const found = usePlanned(what);
  const [open, setOpen] = useState(false);
  const undo = useAction({
    mutationFn: () => leaving.keep(what),
    onSuccess: (answer) => {
      client.setQueryData(plannedOf(what), answer);
      notify.success(t("leaveUndone"));
    },
    onError: () => void client.invalidateQueries({ queryKey: plannedOf(what) }),
  });
  const isAccount = what === "account";
  const planned = found.data?.planned;
  const waits = planned?.state === "pending";
  return (
    <div className="grid gap-3 border-t border-line pt-4">
      <div className="min-w-0">
        <h3 className="font-medium">{t(isAccount ? "leaveAccount" : "erasingWorkspace")}</h3>
        <p className="truncate text-sm text-faint">{name}</p>
      </div>
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Skeleton rows={1} height="h-11" />}
      {planned && (
        <div role="status" className="rounded-xl border border-bad/40 bg-bad/8 p-4">
          <p className="font-semibold text-bad">
            {waits
              ? t("leavePlanned", { date: formatDate(planned.due_at, language) })
              : t("leaveBegun")}
          </p>
          <p className="text-sm text-muted">{t("leavePlannedText")}</p>
        </div>
      )}
      {waits && (
        <Button
          busy={undo.isPending}
          icon={<Undo2 aria-hidden className="size-4.5" />}
          className="justify-self-start"
          onClick={() => undo.mutate()}
        >
          {t("leaveUndo")}
        </Button>
      )}
      {found.isSuccess && !planned && (
        <>
          <p className="text-sm text-muted">
            {t(isAccount ? "leaveAccountText" : "leaveWorkspaceText")}
          </p>
          <Button look="danger" className="justify-self-start" onClick={() => setOpen(true)}>
            {t(isAccount ? "leaveAccount" : "erasingWorkspace")}
          </Button>
        </>
      )}
      <LeaveDialog
        what={what}
        name={name}
        days={GRACE_DAYS}
        open={open}
        onClose={() => setOpen(false)}
      />
    </div>
  );
}
