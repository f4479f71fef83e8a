import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useAuthSubmit } from "../../auth/AuthForm";
import { auth } from "../../auth/allauth";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { notify } from "../../ui/notify";
import { ConfirmElsewhere } from "./ConfirmElsewhere";
import { HAS_PASSWORD, useHasPassword } from "./useHasPassword";

/** Changes the password, or sets the first one of who signed up at a provider. */
export function PasswordCard() {
  const { t } = useI18n();
  const client = useQueryClient();
  const isFirst = useHasPassword() === false;
  const [tooLate, setTooLate] = useState(false);
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const submission = useAuthSubmit(["current_password", "new_password"]);
  async function onSubmit(event: FormEvent) {
    const answer = await submission.submit(event, () =>
      auth.changePassword(isFirst ? undefined : current, wanted),
    );
    if (!answer || answer.problems.length > 0) return;
    setTooLate(answer.status === 401);
    if (answer.status === 401) return;
    setCurrent("");
    setWanted("");
    await client.invalidateQueries({ queryKey: HAS_PASSWORD });
    notify.success(t(isFirst ? "passwordSet" : "passwordChanged"));
  }
  return (
    <section aria-labelledby="password" className="card p-6">
      <h2 id="password" className="mb-5 text-lg font-bold">
        {t(isFirst ? "passwordFirst" : "changePassword")}
      </h2>
      {isFirst && <p className="mb-5 text-sm text-muted">{t("passwordFirstLead")}</p>}
      <form onSubmit={(event) => void onSubmit(event)} className="grid gap-5" noValidate>
        {!isFirst && (
          <TextField
            label={t("currentPassword")}
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
            error={submission.problems.current_password}
          />
        )}
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
          disabled={!wanted || !(isFirst || current)}
          className="justify-self-start"
        >
          {t(isFirst ? "passwordFirst" : "changePassword")}
        </Button>
      </form>
      {isFirst && tooLate && (
        <div role="alert" className="mt-5">
          <ConfirmElsewhere />
        </div>
      )}
    </section>
  );
}
