import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { developers, KEYS } from "../../api/developers";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { Segments } from "../../ui/Segments";
import { useAction } from "../../ui/useAction";
import { type Access, expiryOf, NOUNS, scopesOf, type Verb } from "./scopes";

const LIVES = [30, 90, 365];

interface Props {
  open: boolean;
  onClose: () => void;
  onMade: (key: string) => void;
}

export function KeyDialog({ open, onClose, onMade }: Props) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onClose={onClose} title={t("newKey")} description={t("apiKeysHint")}>
      <KeyForm onMade={onMade} />
    </Dialog>
  );
}

function KeyForm({ onMade }: Pick<Props, "onMade">) {
  const { t } = useI18n();
  const client = useQueryClient();
  const once = useRef(crypto.randomUUID());
  const [name, setName] = useState("");
  const [access, setAccess] = useState<Access>("read");
  const [verbs, setVerbs] = useState<Record<string, Verb>>({});
  const [days, setDays] = useState(365);
  const scopes = scopesOf(access, verbs);
  const create = useAction({
    mutationFn: () => {
      const body = { name: name.trim(), scopes, expires_at: expiryOf(days, new Date()) };
      return developers.createKey(body, once.current);
    },
    onSuccess: async (made) => {
      onMade(made.key);
      await client.invalidateQueries({ queryKey: KEYS });
    },
    onError: () => {
      once.current = crypto.randomUUID();
    },
  });
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      <TextField
        label={t("keyName")}
        placeholder={t("keyNameExample")}
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.target.value)}
      />
      <Segments
        legend={t("keyAccess")}
        value={access}
        onChange={(value) => setAccess(value as Access)}
        options={[
          { value: "read", label: t("accessRead") },
          { value: "write", label: t("accessWrite") },
          { value: "chosen", label: t("accessChosen") },
        ]}
      />
      {access === "chosen" && <ScopeFields verbs={verbs} onChange={setVerbs} />}
      <p className="text-sm text-faint">{t("accessHint")}</p>
      <SelectField
        label={t("keyExpiry")}
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
      >
        {LIVES.map((count) => (
          <option key={count} value={count}>
            {t("inDays", { count })}
          </option>
        ))}
        <option value={0}>{t("never")}</option>
      </SelectField>
      <div className="flex justify-end">
        <Button
          type="submit"
          look="primary"
          busy={create.isPending}
          disabled={name.trim() === "" || scopes.length === 0}
        >
          {t("make")}
        </Button>
      </div>
    </form>
  );
}

interface ScopeProps {
  verbs: Record<string, Verb>;
  onChange: (verbs: Record<string, Verb>) => void;
}

function ScopeFields({ verbs, onChange }: ScopeProps) {
  const { t } = useI18n();
  return (
    <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2">
      {NOUNS.map((noun) => (
        <li key={noun} className="flex items-center justify-between gap-3">
          <span className="font-mono text-sm">{noun}</span>
          <select
            aria-label={t("scopeOf", { noun })}
            className="control w-auto text-sm"
            value={verbs[noun] ?? ""}
            onChange={(event) => onChange({ ...verbs, [noun]: event.target.value as Verb })}
          >
            <option value="">{t("scopeNone")}</option>
            <option value="read">{t("accessRead")}</option>
            <option value="write">{t("accessWrite")}</option>
          </select>
        </li>
      ))}
    </ul>
  );
}
