import { useI18n } from "../i18n";
import { TextField } from "../ui/Field";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

/** The address that an account is known by; `fresh` where a new one is chosen. */
export function EmailField({ value, onChange, error, fresh }: Props & { fresh?: boolean }) {
  const { t } = useI18n();
  return (
    <TextField
      label={t("email")}
      type="email"
      name="email"
      autoComplete={fresh ? "email" : "username"}
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
    />
  );
}

/** A password: the one that exists, or with `fresh` a new one, with what it must be like. */
export function PasswordField({
  value,
  onChange,
  error,
  fresh,
  label,
}: Props & { fresh?: boolean; label?: string }) {
  const { t } = useI18n();
  return (
    <TextField
      label={label ?? t("password")}
      hint={fresh ? t("passwordHint") : undefined}
      type="password"
      name="password"
      autoComplete={fresh ? "new-password" : "current-password"}
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
    />
  );
}
