import { type FormEvent, useRef, useState } from "react";
import { useAuthSubmit } from "../../auth/AuthForm";
import { factors } from "../../auth/secondFactor";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";

interface Props {
  secret: string;
  onEnrolled: () => void;
  /** The password has to be confirmed first; then `again` sends the code once more. */
  onLocked: (again: () => void) => void;
}

/** The QR code of a fresh secret, and the first code of the app that proves it was read. */
export function EnrolApp({ secret, onEnrolled, onLocked }: Props) {
  const { t } = useI18n();
  const form = useRef<HTMLFormElement>(null);
  const [code, setCode] = useState("");
  const submission = useAuthSubmit(["code"]);
  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => factors.addApp(code.trim()));
    if (answer?.status === 401) onLocked(() => form.current?.requestSubmit());
    else if (answer && answer.status < 400) onEnrolled();
  }
  return (
    <form ref={form} onSubmit={(event) => void onSubmit(event)} className="grid gap-4" noValidate>
      <p className="text-sm text-muted">{t("appScan")}</p>
      <img
        src={`/_allauth/second-step.svg?${secret.length}`}
        alt={t("appPicture")}
        className="size-48 rounded-xl bg-white p-2"
      />
      <p className="text-sm text-faint">
        {t("appSecret")} <code className="break-all text-text">{secret}</code>
      </p>
      <TextField
        label={t("secondStepCode")}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        error={submission.problems.code ?? submission.problems[""]}
      />
      <Button
        type="submit"
        look="primary"
        busy={submission.busy}
        disabled={!code}
        className="justify-self-start"
      >
        {t("secondStepAction")}
      </Button>
    </form>
  );
}
