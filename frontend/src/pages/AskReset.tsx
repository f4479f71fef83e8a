import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { AuthNote } from "../auth/AuthNote";
import { auth } from "../auth/allauth";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { TextField } from "../ui/Field";

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
    return (
      <AuthNote
        icon={<MailCheck aria-hidden className="size-7" />}
        title={t("mailSentTitle")}
        action={<ButtonLink to="/signin">{t("toSignIn")}</ButtonLink>}
      >
        {t("resetMailText", { email })}
      </AuthNote>
    );
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
      <TextField
        label={t("email")}
        type="email"
        name="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={submission.problems.email}
      />
    </AuthForm>
  );
}
