import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useLegal } from "../api/queries";
import { type Agreed, Agreement } from "../auth/Agreement";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { auth } from "../auth/allauth";
import { EmailField, PasswordField } from "../auth/fields";
import { MailSent } from "../auth/MailSent";
import { goOn } from "../auth/SecondStep";
import { SocialButtons } from "../auth/SocialButtons";
import { useI18n } from "../i18n";

export default function SignUp() {
  const { t } = useI18n();
  const router = useRouter();
  const { next, email: known } = useSearch({ from: "/guest/signup" });
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [mailed, setMailed] = useState(false);
  const [agreed, setAgreed] = useState<Agreed>({ terms: false, privacy: false });
  const [missing, setMissing] = useState(false);
  const terms = useLegal("terms");
  const privacy = useLegal("privacy");
  const submission = useAuthSubmit(["email", "password", "terms", "privacy"]);
  const outdated = submission.problems.terms ?? submission.problems.privacy;

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const all = agreed.terms && agreed.privacy;
    setMissing(!all);
    if (!all) return;
    const answer = await submission.submit(event, () =>
      auth.signUp(email, password, {
        terms: terms.data?.version ?? "",
        privacy: privacy.data?.version ?? "",
      }),
    );
    if (!answer || answer.problems.length > 0) return;
    if (answer.authenticated) goOn(next, router.history.push);
    else setMailed(true);
  }

  if (mailed) {
    return <MailSent>{t("mailSentText", { email })}</MailSent>;
  }
  return (
    <AuthForm
      title={t("signUp")}
      lead={t("signUpLead")}
      action={t("signUpAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
      below={
        <>
          <SocialButtons next={next} />
          <p>
            {t("haveAccount")}{" "}
            <Link
              to="/signin"
              search={{ next, email: known }}
              className="font-semibold text-violet-soft hover:underline"
            >
              {t("signIn")}
            </Link>
          </p>
        </>
      }
    >
      <EmailField fresh value={email} onChange={setEmail} error={submission.problems.email} />
      <PasswordField
        fresh
        value={password}
        onChange={setPassword}
        error={submission.problems.password}
      />
      <Agreement
        agreed={agreed}
        onChange={setAgreed}
        error={missing ? t("missingAgreement") : outdated}
      />
    </AuthForm>
  );
}
