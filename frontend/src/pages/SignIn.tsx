import { useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { auth } from "../auth/allauth";
import { EmailField, PasswordField } from "../auth/fields";
import { goOn, PasskeyButton, SecondStep } from "../auth/SecondStep";
import { SocialButtons } from "../auth/SocialButtons";
import { useI18n } from "../i18n";

export default function SignIn() {
  const { t } = useI18n();
  const router = useRouter();
  const client = useQueryClient();
  const { next, email: known } = useSearch({ from: "/guest/signin" });
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [unverified, setUnverified] = useState(false);
  const [secondStep, setSecondStep] = useState(false);
  const submission = useAuthSubmit(["email", "password"]);

  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => auth.signIn(email, password));
    if (!answer) return;
    setUnverified(answer.pending.includes("verify_email"));
    setSecondStep(answer.pending.includes("mfa_authenticate"));
    if (answer.authenticated || answer.status === 409) enter();
  }

  function enter() {
    client.clear();
    goOn(next, router.history.push);
  }

  if (secondStep) return <SecondStep purpose="signin" onPassed={enter} />;

  return (
    <AuthForm
      title={t("signIn")}
      lead={t("signInLead")}
      action={t("signIn")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
      below={
        <>
          <SocialButtons next={next} />
          <PasskeyButton purpose="login" onPassed={enter} />
          <p>
            {t("noAccount")}{" "}
            <Link
              to="/signup"
              search={{ next, email: known }}
              className="font-semibold text-violet-soft hover:underline"
            >
              {t("signUp")}
            </Link>
          </p>
          <Link to="/reset-password" className="hover:text-text hover:underline">
            {t("forgotPassword")}
          </Link>
        </>
      }
    >
      <EmailField value={email} onChange={setEmail} error={submission.problems.email} />
      <PasswordField value={password} onChange={setPassword} error={submission.problems.password} />
      {unverified && (
        <p role="alert" className="rounded-xl bg-warn/12 px-4 py-3 text-sm text-warn">
          {t("verifyFirst")}
        </p>
      )}
    </AuthForm>
  );
}
