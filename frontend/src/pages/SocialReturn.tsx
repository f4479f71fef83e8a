import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useLegal } from "../api/queries";
import { type Agreed, Agreement } from "../auth/Agreement";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { AuthNote } from "../auth/AuthNote";
import { EmailField } from "../auth/fields";
import { MailSent } from "../auth/MailSent";
import { goOn, SecondStep } from "../auth/SecondStep";
import { social } from "../auth/social";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { Spinner } from "../ui/states";

/** Back from Kakao, Naver or Google: in, or one more step. */
export default function SocialReturn() {
  const { t } = useI18n();
  const router = useRouter();
  const client = useQueryClient();
  const { next, error, error_process } = useSearch({ from: "/guest/signin/social" });
  const session = useQuery({
    queryKey: ["social-return"],
    queryFn: social.session,
    enabled: !error,
    staleTime: 0,
    gcTime: 0,
  });
  const pending = session.data?.pending ?? [];
  const isIn = session.data?.authenticated ?? false;

  function enter() {
    client.clear();
    goOn(next, router.history.push);
  }
  useEffect(() => {
    if (!isIn) return;
    client.clear();
    goOn(next, router.history.push);
  }, [isIn, client, next, router]);

  if (pending.includes("provider_signup")) return <SocialSignUp onIn={enter} />;
  if (pending.includes("mfa_authenticate")) return <SecondStep purpose="signin" onPassed={enter} />;
  if (pending.includes("verify_email")) return <MailSent>{t("socialMailSent")}</MailSent>;
  if (!error && (session.isPending || isIn)) return <Spinner />;
  const wasConnecting = error_process === "connect";
  return (
    <AuthNote
      icon={<CircleAlert aria-hidden className="size-7" />}
      title={t(error === "cancelled" ? "socialCancelled" : "socialFailed")}
      action={
        <ButtonLink to={wasConnecting ? "/account" : "/signin"}>
          {t(wasConnecting ? "account" : "toSignIn")}
        </ButtonLink>
      }
    >
      {t(wasConnecting ? "socialConnectFailedText" : "socialFailedText")}
    </AuthNote>
  );
}

/** Who is new accepts the terms, and names an address where the provider gave none. */
function SocialSignUp({ onIn }: { onIn: () => void }) {
  const { t } = useI18n();
  const pending = useQuery({ queryKey: ["social-sign-up"], queryFn: social.pending, gcTime: 0 });
  const given = pending.data?.email[0];
  const [typed, setTyped] = useState("");
  const [mailed, setMailed] = useState(false);
  const [agreed, setAgreed] = useState<Agreed>({ terms: false, privacy: false });
  const [missing, setMissing] = useState(false);
  const terms = useLegal("terms");
  const privacy = useLegal("privacy");
  const submission = useAuthSubmit(["email", "terms", "privacy"]);
  const outdated = submission.problems.terms ?? submission.problems.privacy;
  const email = given?.email ?? typed;

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const all = agreed.terms && agreed.privacy;
    setMissing(!all);
    if (!all) return;
    const answer = await submission.submit(event, () =>
      social.signUp(email, {
        terms: terms.data?.version ?? "",
        privacy: privacy.data?.version ?? "",
      }),
    );
    if (!answer || answer.problems.length > 0) return;
    if (answer.authenticated) onIn();
    else setMailed(true);
  }

  if (mailed) return <MailSent>{t("mailSentText", { email })}</MailSent>;
  if (pending.isPending) return <Spinner />;
  return (
    <AuthForm
      title={t("socialSignUp")}
      lead={given ? t("socialSignUpAs", { email: given.email }) : t("socialSignUpLead")}
      action={t("signUpAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
    >
      {!given && (
        <EmailField fresh value={typed} onChange={setTyped} error={submission.problems.email} />
      )}
      <Agreement
        agreed={agreed}
        onChange={setAgreed}
        error={missing ? t("missingAgreement") : outdated}
      />
    </AuthForm>
  );
}
