import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { MailWarning, UserRoundPlus } from "lucide-react";
import { useEffect } from "react";
import { enterWorkspace } from "../api/chosenWorkspace";
import { errorText } from "../api/errors";
import { meQuery } from "../api/queries";
import { people, type ReceivedInvitation } from "../api/workspace";
import { AuthNote } from "../auth/AuthNote";
import { auth } from "../auth/allauth";
import { forgetInvitation, keepInvitation } from "../auth/pendingInvitation";
import { ROLE_NAMES } from "../features/workspace/roleText";
import { useI18n } from "../i18n";
import { Button, ButtonLink } from "../ui/Button";
import { Spinner } from "../ui/states";
import { useAction } from "../ui/useAction";

/** Where an invitation's link leads: for who is signed in, has an account, or has none yet. */
export default function Invitation() {
  const { t, language } = useI18n();
  const { token } = useParams({ from: "/guest/invitations/$token" });
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => people.look(token),
    retry: false,
  });
  useEffect(() => {
    if (invitation.data) keepInvitation(token);
    if (invitation.isError) forgetInvitation();
  }, [invitation.data, invitation.isError, token]);
  if (invitation.isPending) return <Spinner />;
  if (invitation.error) {
    return (
      <AuthNote
        icon={<MailWarning aria-hidden className="size-7" />}
        title={t("invitedGoneTitle")}
        action={<ButtonLink to="/">{t("toHome")}</ButtonLink>}
      >
        {errorText(invitation.error, language)}
      </AuthNote>
    );
  }
  return <Received token={token} invitation={invitation.data} />;
}

function Received({ token, invitation }: { token: string; invitation: ReceivedInvitation }) {
  const { t } = useI18n();
  const me = useQuery({ ...meQuery, retry: false });
  const accept = useAction({
    mutationFn: () => people.accept(token),
    onSuccess: (workspace) => {
      forgetInvitation();
      enterWorkspace(workspace.id);
    },
  });
  const leave = useAction({
    mutationFn: () => auth.signOut(),
    // a full load forgets everything that the last customer had in memory; the link is kept
    onSuccess: () => location.assign("/signin"),
  });
  const { email } = invitation;
  const next = `/invitations/${encodeURIComponent(token)}`;
  if (me.isPending) return <Spinner />;
  return (
    <AuthNote
      icon={<UserRoundPlus aria-hidden className="size-7" />}
      title={t("invitedTitle")}
      action={
        <div className="grid w-full gap-3">
          {me.data ? (
            <>
              <Button
                look="primary"
                size="large"
                busy={accept.isPending || accept.isSuccess}
                onClick={() => accept.mutate()}
              >
                {t("invitedAccept")}
              </Button>
              {me.data.user.email !== email && (
                <Button busy={leave.isPending} onClick={() => leave.mutate()}>
                  {t("invitedSwitch")}
                </Button>
              )}
              <p className="text-sm text-muted">
                {t("invitedOther", { email: me.data.user.email })}
              </p>
            </>
          ) : (
            <>
              <ButtonLink to="/signin" search={{ next, email }} look="primary" size="large">
                {t("invitedSignIn")}
              </ButtonLink>
              <ButtonLink to="/signup" search={{ next, email }} size="large">
                {t("invitedSignUp")}
              </ButtonLink>
            </>
          )}
          <p className="text-sm text-faint">{t("invitedHint", { email })}</p>
        </div>
      }
    >
      {t("invitedText", {
        inviter: invitation.invited_by,
        workspace: invitation.workspace,
        role: t(ROLE_NAMES[invitation.role]),
      })}
    </AuthNote>
  );
}
