import { type FormEvent, useState } from "react";
import { useAuthSubmit } from "../../auth/AuthForm";
import { PasswordField } from "../../auth/fields";
import { factors } from "../../auth/secondFactor";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { ConfirmElsewhere } from "./ConfirmElsewhere";
import { useHasPassword } from "./useHasPassword";

/** The password once more, before the account's safety is changed. */
export function ConfirmPassword({ onPassed }: { onPassed: () => void }) {
  return useHasPassword() === false ? <ConfirmElsewhere /> : <PasswordForm onPassed={onPassed} />;
}

function PasswordForm({ onPassed }: { onPassed: () => void }) {
  const { t } = useI18n();
  const [password, setPassword] = useState("");
  const submission = useAuthSubmit(["password"]);
  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => factors.confirmPassword(password));
    if (answer?.authenticated && answer.problems.length === 0) onPassed();
  }
  return (
    <form onSubmit={(event) => void onSubmit(event)} className="grid gap-3" noValidate>
      <p className="text-sm text-muted">{t("confirmPassword")}</p>
      <PasswordField
        value={password}
        onChange={setPassword}
        error={submission.problems.password ?? submission.problems[""]}
      />
      <Button type="submit" busy={submission.busy} className="justify-self-start">
        {t("secondStepAction")}
      </Button>
    </form>
  );
}
