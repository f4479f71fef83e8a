import { useQuery } from "@tanstack/react-query";
import { Code, LogOut, UsersRound } from "lucide-react";
import { meQuery } from "../api/queries";
import { auth } from "../auth/allauth";
import { ConnectedCard } from "../features/account/ConnectedCard";
import { ExportCard } from "../features/account/ExportCard";
import { LanguageCard } from "../features/account/LanguageCard";
import { LeaveCard } from "../features/account/LeaveCard";
import { OperatorCard } from "../features/account/OperatorCard";
import { PasswordCard } from "../features/account/PasswordCard";
import { ProfileCard } from "../features/account/ProfileCard";
import { SecondStepCard } from "../features/account/SecondStepCard";
import { SessionsCard } from "../features/account/SessionsCard";
import { NoticesCard } from "../features/notices/NoticesCard";
import { useI18n } from "../i18n";
import { clearCaches } from "../pwa/register";
import { Button, ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { useAction } from "../ui/useAction";

export default function Account() {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  const signOut = useAction({
    mutationFn: () => auth.signOut(),
    // A full load forgets everything that the last customer had in memory.
    onSuccess: () => clearCaches().finally(() => location.assign("/signin")),
  });
  return (
    <>
      <PageHead
        title={t("account")}
        lead={me?.user.email}
        actions={
          <>
            <ButtonLink to="/workspace" icon={<UsersRound aria-hidden className="size-4.5" />}>
              {t("workspace")}
            </ButtonLink>
            <ButtonLink to="/account/developers" icon={<Code aria-hidden className="size-4.5" />}>
              {t("developers")}
            </ButtonLink>
            <Button
              busy={signOut.isPending}
              icon={<LogOut aria-hidden className="size-4.5" />}
              onClick={() => signOut.mutate()}
            >
              {t("signOut")}
            </Button>
          </>
        }
      />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <div className="grid grid-cols-1 gap-5">
          {me && <ProfileCard key={me.user.id} user={me.user} />}
          <LanguageCard />
          <NoticesCard />
          <PasswordCard />
          <SecondStepCard />
        </div>
        <div className="grid grid-cols-1 gap-5">
          <ConnectedCard />
          <SessionsCard />
          <OperatorCard />
          {me?.workspace.role === "owner" && <ExportCard />}
          <LeaveCard />
        </div>
      </div>
    </>
  );
}
