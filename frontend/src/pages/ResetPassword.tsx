import { Link, useParams } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { AuthForm, useAuthSubmit } from "../auth/AuthForm";
import { AuthNote } from "../auth/AuthNote";
import { auth } from "../auth/allauth";
import { PasswordField } from "../auth/fields";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";

export default function ResetPassword() {
  const { t } = useI18n();
  const { key } = useParams({ from: "/guest/reset-password/$key" });
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const submission = useAuthSubmit(["password"]);

  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => auth.resetPassword(key, password));
    if (answer && answer.problems.length === 0) setDone(true);
  }

  if (done) {
    return (
      <AuthNote
        icon={<CircleCheck aria-hidden className="size-7" />}
        title={t("passwordChanged")}
        action={
          <ButtonLink to="/signin" look="primary">
            {t("toSignIn")}
          </ButtonLink>
        }
      >
        {t("passwordChangedText")}
      </AuthNote>
    );
  }
  return (
    <AuthForm
      title={t("newPasswordTitle")}
      action={t("newPasswordAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
      below={
        <Link to="/reset-password" className="hover:text-text hover:underline">
          {t("askAgain")}
        </Link>
      }
    >
      <PasswordField
        fresh
        label={t("newPassword")}
        value={password}
        onChange={setPassword}
        error={submission.problems.password}
      />
    </AuthForm>
  );
}
