import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { notify } from "../ui/notify";
import { AuthForm, useAuthSubmit } from "./AuthForm";
import { invitationPath } from "./pendingInvitation";
import { factors, type Purpose, passByPasskey, passkeysWork } from "./secondFactor";

/** To where the person wanted to go, or was invited. The operator's pages are not ours to route. */
export function goOn(next: string | undefined, push: (path: string) => void): void {
  if (next?.startsWith("/admin")) location.assign(next);
  else push(next ?? invitationPath() ?? "/");
}

interface ButtonProps {
  purpose: Purpose;
  onPassed: () => void;
}

export function PasskeyButton({ purpose, onPassed }: ButtonProps) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  if (!passkeysWork) return null;
  async function ask() {
    setBusy(true);
    try {
      const answer = await passByPasskey(purpose);
      if (answer.authenticated) onPassed();
      else notify.error(t("passkeyFailed"));
    } catch {
      notify.error(t("passkeyFailed"));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button
      busy={busy}
      icon={<KeyRound aria-hidden className="size-4.5" />}
      onClick={() => void ask()}
    >
      {t(purpose === "login" ? "passkeySignIn" : "passkeyUse")}
    </Button>
  );
}

interface Props {
  /** At sign-in, or to confirm who is signed in already. */
  purpose: "signin" | "confirm";
  onPassed: () => void;
}

/** A code of the app, a recovery code or a passkey. */
export function SecondStep({ purpose, onPassed }: Props) {
  const { t } = useI18n();
  const [code, setCode] = useState("");
  const submission = useAuthSubmit(["code"]);
  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => factors.passCode(purpose, code.trim()));
    if (answer?.authenticated) onPassed();
  }
  return (
    <AuthForm
      title={t("secondStepTitle")}
      lead={t("secondStepLead")}
      action={t("secondStepAction")}
      submission={submission}
      onSubmit={(event) => void onSubmit(event)}
      below={<PasskeyButton purpose={purpose} onPassed={onPassed} />}
    >
      <TextField
        label={t("secondStepCode")}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        value={code}
        onChange={(event) => setCode(event.target.value)}
        error={submission.problems.code}
      />
    </AuthForm>
  );
}
