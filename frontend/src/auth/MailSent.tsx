import { MailCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { AuthNote } from "./AuthNote";

/** What a form shows once its mail is on the way. */
export function MailSent({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  return (
    <AuthNote
      icon={<MailCheck aria-hidden className="size-7" />}
      title={t("mailSentTitle")}
      action={<ButtonLink to="/signin">{t("toSignIn")}</ButtonLink>}
    >
      {children}
    </AuthNote>
  );
}
