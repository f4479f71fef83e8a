import { type FormEvent, useState } from "react";
import { ApiError } from "../api/errors";
import { useI18n } from "../i18n";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";

interface Props {
  open: boolean;
  onClose: () => void;
  name: string;
  busy: boolean;
  error: unknown;
  onRename: (name: string) => void;
}

export function RenameDialog({ open, onClose, ...rest }: Props) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onClose={onClose} title={t("rename")}>
      <RenameForm {...rest} />
    </Dialog>
  );
}

function RenameForm({ name, busy, error, onRename }: Omit<Props, "open" | "onClose">) {
  const { t, pick } = useI18n();
  const [value, setValue] = useState(name);
  const problem = error instanceof ApiError ? error.fields.name : undefined;
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const wanted = value.trim();
    if (wanted) onRename(wanted);
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      <TextField
        label={t("name")}
        value={value}
        maxLength={200}
        onChange={(event) => setValue(event.target.value)}
        error={problem && pick(problem)}
      />
      <Button
        type="submit"
        look="primary"
        busy={busy}
        disabled={!value.trim()}
        className="justify-self-end"
      >
        {t("save")}
      </Button>
    </form>
  );
}
