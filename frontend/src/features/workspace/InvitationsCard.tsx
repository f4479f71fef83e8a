import { useQueryClient } from "@tanstack/react-query";
import { Mail, UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { INVITATIONS, type Invitation, people, useInvitations } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { notify } from "../../ui/notify";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { InviteDialog } from "./InviteDialog";
import { ROLE_NAMES } from "./roleText";

/** Invitations that wait for an answer: send one, send it again, take it back. Owners see it. */
export function InvitationsCard({ workspace }: { workspace: string }) {
  const { t } = useI18n();
  const invitations = useInvitations(workspace, true);
  const [inviting, setInviting] = useState(false);
  return (
    <section
      aria-labelledby="invitations"
      className="card grid grid-cols-1 content-start gap-4 p-6"
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="invitations" className="text-lg font-bold">
          {t("invitations")}
        </h2>
        <Button
          look="primary"
          icon={<UserRoundPlus aria-hidden className="size-4.5" />}
          onClick={() => setInviting(true)}
        >
          {t("invite")}
        </Button>
      </div>
      {invitations.error && (
        <Failure error={invitations.error} retry={() => void invitations.refetch()} />
      )}
      {invitations.isPending && <Skeleton rows={1} height="h-14" />}
      {invitations.data?.results.length === 0 && <p className="text-muted">{t("noInvitations")}</p>}
      {invitations.data && invitations.data.results.length > 0 && (
        <ul className="grid grid-cols-1 divide-y divide-line">
          {invitations.data.results.map((one) => (
            <InvitationRow key={one.id} workspace={workspace} invitation={one} />
          ))}
        </ul>
      )}
      <InviteDialog workspace={workspace} open={inviting} onClose={() => setInviting(false)} />
    </section>
  );
}

interface RowProps {
  workspace: string;
  invitation: Invitation;
}

function InvitationRow({ workspace, invitation }: RowProps) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: INVITATIONS });
  const resend = useAction({
    mutationFn: () => people.resend(workspace, invitation.id),
    onSuccess: async () => {
      notify.success(t("inviteSent"));
      await refresh();
    },
  });
  const revoke = useAction<unknown>({
    mutationFn: () => people.revoke(workspace, invitation.id),
    onSuccess: refresh,
  });
  const { email } = invitation;
  const isOver = new Date(invitation.expires_at) < new Date();
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <Mail aria-hidden className="size-5 shrink-0 text-faint" />
      <div className="min-w-40 flex-1">
        <p className="truncate font-medium">{email}</p>
        <p className="text-sm text-faint">
          {t(ROLE_NAMES[invitation.role])} ·{" "}
          {t("invitedUntil", { date: formatDate(invitation.expires_at, language) })}
        </p>
      </div>
      {isOver && <Badge tone="warn">{t("invitationExpired")}</Badge>}
      <div className="flex gap-2">
        <Button
          size="small"
          busy={resend.isPending}
          aria-label={t("inviteAgainNamed", { name: email })}
          onClick={() => resend.mutate()}
        >
          {t("inviteAgain")}
        </Button>
        <Button
          size="small"
          look="danger"
          busy={revoke.isPending}
          aria-label={t("inviteCancelNamed", { name: email })}
          onClick={() => revoke.mutate()}
        >
          {t("inviteCancel")}
        </Button>
      </div>
    </li>
  );
}
