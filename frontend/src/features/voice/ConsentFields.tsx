import { useConsentStatement } from "../../api/queries";
import { useI18n } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { TextField } from "../../ui/Field";
import { Skeleton } from "../../ui/states";
import { Tick } from "../../ui/Tick";

/** What somebody is about to agree to. */
export interface Consent {
  agreed: boolean;
  singer: string;
  scope: "own" | "licensed";
}

interface Props {
  value: Consent;
  onChange: (value: Consent) => void;
}

/** Whose voice it is, by what right, and the statement to agree to. */
export function ConsentFields({ value, onChange }: Props) {
  const { t, pick } = useI18n();
  const statement = useConsentStatement();
  return (
    <div className="grid gap-5">
      <TextField
        label={t("singerName")}
        hint={t("singerHint")}
        value={value.singer}
        maxLength={200}
        onChange={(event) => onChange({ ...value, singer: event.target.value })}
      />
      <Choice
        legend={t("scope")}
        value={value.scope}
        onChange={(scope) => onChange({ ...value, scope: scope === "own" ? "own" : "licensed" })}
        options={[
          { value: "own", label: t("scopeOwn"), detail: t("scopeOwnText") },
          { value: "licensed", label: t("scopeLicensed"), detail: t("scopeLicensedText") },
        ]}
      />
      {statement.isPending && <Skeleton rows={1} height="h-72 sm:h-48" />}
      {statement.data && (
        <div className="grid gap-4 rounded-2xl border border-line bg-ink/60 p-4">
          <p className="text-sm leading-relaxed whitespace-pre-line text-muted">
            {pick(statement.data)}
          </p>
          <Tick checked={value.agreed} onChange={(agreed) => onChange({ ...value, agreed })}>
            <span className="font-semibold">{t("agree")}</span>
          </Tick>
        </div>
      )}
    </div>
  );
}
