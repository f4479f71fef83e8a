import { type FormEvent, useState } from "react";
import { useAuthSubmit } from "../../auth/AuthForm";
import { auth } from "../../auth/allauth";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { notify } from "../../ui/notify";

export function PasswordCard() {
  const { t } = useI18n();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const submission = useAuthSubmit(["current_password", "new_password"]);
  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () => auth.changePassword(current, wanted));
    if (!answer || answer.problems.length > 0) return;
    setCurrent("");
    setWanted("");
    notify.success(t("passwordChanged"));
  }
  return (
    <section aria-labelledby="password" className="card p-6">
      <h2 id="password" className="mb-5 text-lg font-bold">
        {t("changePassword")}
      </h2>
      <form onSubmit={(event) => void onSubmit(event)} className="grid gap-5" noValidate>
        <TextField
          label={t("currentPassword")}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          error={submission.problems.current_password}
        />
        <TextField
          label={t("newPassword")}
          hint={t("passwordHint")}
          type="password"
          autoComplete="new-password"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          error={submission.problems.new_password}
        />
        {submission.problems[""] && (
          <p role="alert" className="text-sm text-bad">
            {submission.problems[""]}
          </p>
        )}
        <Button
          type="submit"
          busy={submission.busy}
          disabled={!current || !wanted}
          className="justify-self-start"
        >
          {t("changePassword")}
        </Button>
      </form>
    </section>
  );
}
