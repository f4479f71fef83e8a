import { useQueryClient } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { CircleCheck, MailWarning } from "lucide-react";
import { type FormEvent, useState } from "react";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { AuthNote } from "../auth/AuthNote";
import { auth } from "../auth/allauth";
import { goOn } from "../auth/SecondStep";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";

/** A click confirms: mail scanners that only open the link must not. */
export default function VerifyEmail() {
  const { t } = useI18n();
  const { key } = useParams({ from: "/guest/verify-email/$key" });
  const router = useRouter();
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<"waiting" | "done" | "stale">("waiting");
  const submission = useAuthSubmit([]);

  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => auth.verifyEmail(key));
    if (!answer || answer.status >= 500) return;
    if (answer.problems.length > 0) {
      setOutcome("stale");
      return;
    }
    client.clear();
    if (answer.authenticated) goOn(undefined, router.history.push);
    else setOutcome("done");
  }

  if (outcome === "done") {
    return (
      <AuthNote
        icon={<CircleCheck aria-hidden className="size-7" />}
        title={t("verifiedTitle")}
        action={
          <ButtonLink to="/signin" look="primary">
            {t("toSignIn")}
          </ButtonLink>
        }
      >
        {t("verifiedText")}
      </AuthNote>
    );
  }
  if (outcome === "stale") {
    return (
      <AuthNote
        icon={<MailWarning aria-hidden className="size-7" />}
        title={t("staleLinkTitle")}
        action={<ButtonLink to="/signin">{t("toSignIn")}</ButtonLink>}
      >
        {t("staleVerifyText")}
      </AuthNote>
    );
  }
  return (
    <AuthForm
      title={t("verifyTitle")}
      lead={t("verifyLead")}
      action={t("verifyAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
    >
      {null}
    </AuthForm>
  );
}
