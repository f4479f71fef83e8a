import { useQuery } from "@tanstack/react-query";
import { Code, LogOut } from "lucide-react";
import { meQuery } from "../api/queries";
import { auth } from "../auth/allauth";
import { LanguageCard } from "../features/account/LanguageCard";
import { PasswordCard } from "../features/account/PasswordCard";
import { SecondStepCard } from "../features/account/SecondStepCard";
import { SessionsCard } from "../features/account/SessionsCard";
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
          <LanguageCard />
          <PasswordCard />
          <SecondStepCard />
        </div>
        <div className="grid grid-cols-1 gap-5">
          <SessionsCard />
        </div>
      </div>
    </>
  );
}
