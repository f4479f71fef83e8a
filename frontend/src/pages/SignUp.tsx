import { Link, useNavigate } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { AuthNote } from "../auth/AuthNote";
import { auth } from "../auth/allauth";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { TextField } from "../ui/Field";

export default function SignUp() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [mailed, setMailed] = useState(false);
  const submission = useAuthSubmit(["email", "password"]);

  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => auth.signUp(email, password));
    if (!answer || answer.problems.length > 0) return;
    if (answer.authenticated) await navigate({ to: "/" });
    else setMailed(true);
  }

  if (mailed) {
    return (
      <AuthNote
        icon={<MailCheck aria-hidden className="size-7" />}
        title={t("mailSentTitle")}
        action={<ButtonLink to="/signin">{t("toSignIn")}</ButtonLink>}
      >
        {t("mailSentText", { email })}
      </AuthNote>
    );
  }
  return (
    <AuthForm
      title={t("signUp")}
      lead={t("signUpLead")}
      action={t("signUpAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
      below={
        <p>
          {t("haveAccount")}{" "}
          <Link to="/signin" className="font-semibold text-violet-soft hover:underline">
            {t("signIn")}
          </Link>
        </p>
      }
    >
      <TextField
        label={t("email")}
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={submission.problems.email}
      />
      <TextField
        label={t("password")}
        hint={t("passwordHint")}
        type="password"
        name="password"
        autoComplete="new-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={submission.problems.password}
      />
    </AuthForm>
  );
}
