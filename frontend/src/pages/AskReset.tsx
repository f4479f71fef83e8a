import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { auth } from "../auth/allauth";
import { EmailField } from "../auth/fields";
import { MailSent } from "../auth/MailSent";
import { useI18n } from "../i18n";

export default function AskReset() {
  const { t } = useI18n();
  const [email, setEmail] = useState("");
  const [mailed, setMailed] = useState(false);
  const submission = useAuthSubmit(["email"]);

  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => auth.askReset(email));
    if (answer && answer.problems.length === 0) setMailed(true);
  }

  if (mailed) {
    return <MailSent>{t("resetMailText", { email })}</MailSent>;
  }
  return (
    <AuthForm
      title={t("resetTitle")}
      lead={t("resetLead")}
      action={t("resetAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
      below={
        <Link to="/signin" className="hover:text-text hover:underline">
          {t("backToSignIn")}
        </Link>
      }
    >
      <EmailField value={email} onChange={setEmail} error={submission.problems.email} />
    </AuthForm>
  );
}
