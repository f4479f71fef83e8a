import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, errorText } from "../../api/errors";
import { type Leaver, leaving, plannedOf } from "../../api/leaving";
import { PasskeyButton } from "../../auth/SecondStep";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { ConfirmPassword } from "./ConfirmPassword";

interface Props {
  what: Leaver;
  /** What has to be typed. */
  name: string;
  days: string;
  open: boolean;
  onClose: () => void;
}

/** The name typed, then the password or passkey once more where that was not just given. */
export function LeaveDialog({ what, name, days, open, onClose }: Props) {
  const { t } = useI18n();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t(what === "account" ? "leaveAccount" : "erasingWorkspace")}
      description={t("leaveDialogText", { days })}
    >
      <LeaveForm what={what} name={name} onDone={onClose} />
    </Dialog>
  );
}

function LeaveForm({ what, name, onDone }: { what: Leaver; name: string; onDone: () => void }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function erase() {
    setBusy(true);
    setProblem(undefined);
    try {
      client.setQueryData(plannedOf(what), await leaving.erase(what));
      onDone();
    } catch (error) {
      if (error instanceof ApiError && error.code === "confirm-first") setAsked(true);
      else setProblem(errorText(error, language));
    } finally {
      setBusy(false);
    }
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (typed === name) void erase();
  }
  function onPassed() {
    setAsked(false);
    void erase();
  }
  if (asked) {
    return (
      <div className="grid justify-items-start gap-4">
        <ConfirmPassword onPassed={onPassed} />
        <PasskeyButton purpose="confirm" onPassed={onPassed} />
      </div>
    );
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5" noValidate>
      <p className="text-sm text-muted">{t("leaveExportFirst")}</p>
      <TextField
        label={t("leaveType", { name })}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        error={problem}
      />
      <Button
        type="submit"
        look="danger"
        busy={busy}
        disabled={typed !== name}
        className="justify-self-end"
      >
        {t("erasingAction")}
      </Button>
    </form>
  );
}
