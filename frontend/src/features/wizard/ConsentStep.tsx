import { useConsentStatement } from "../../api/queries";
import { useI18n } from "../../i18n";
import { TextField } from "../../ui/Field";
import { ConsentFields } from "../voice/ConsentFields";
import type { Wizard } from "./draft";
import { hasConsent } from "./steps";

/** Whose voice it is, what it is called, and the statement that is kept with it. */
export function ConsentStep({ draft, known, change }: Wizard) {
  const { t } = useI18n();
  const version = useConsentStatement().data?.version ?? "";
  const { singer, scope, agreedTo } = draft.consent;
  return (
    <div className="grid gap-6">
      <TextField
        label={t("voiceName")}
        placeholder={t("voiceNameExample")}
        value={known?.name ?? draft.name}
        disabled={known !== undefined}
        maxLength={100}
        onChange={(event) => change({ name: event.target.value })}
      />
      {hasConsent(known) ? (
        <p className="text-muted">{t("consentGivenAlready")}</p>
      ) : (
        <>
          <ConsentFields
            value={{ singer, scope, agreed: agreedTo !== "" && agreedTo === version }}
            onChange={(consent) =>
              change({
                consent: {
                  singer: consent.singer,
                  scope: consent.scope,
                  agreedTo: consent.agreed ? version : "",
                },
              })
            }
          />
          <p className="text-sm text-faint">{t("consentKept")}</p>
        </>
      )}
    </div>
  );
}
