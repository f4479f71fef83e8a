import { Link } from "@tanstack/react-router";
import { ChevronLeft, PackageOpen } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useConsentStatement } from "../api/queries";
import { FilePick } from "../features/importing/FilePick";
import { useImport } from "../features/importing/useImport";
import { type Consent, ConsentFields } from "../features/voice/ConsentFields";
import { type Key, useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { PageHead } from "../ui/PageHead";
import { ProgressBar } from "../ui/Progress";

/** As the worker reads them at most. */
const MOST_MODEL = 512 * 2 ** 20;
const MOST_INDEX = 2 ** 30;

/** A voice that another program trained: whose it is, its files, and their check. */
export default function ImportVoice() {
  const { t } = useI18n();
  const statement = useConsentStatement().data;
  const [name, setName] = useState("");
  const [consent, setConsent] = useState<Consent>({ singer: "", scope: "own", agreed: false });
  const [model, setModel] = useState<File | null>(null);
  const [index, setIndex] = useState<File | null>(null);
  const [touched, setTouched] = useState(false);
  const { start, sent, named } = useImport();
  const missing = missingIn(name, consent, model);
  const large = {
    model: model !== null && model.size > MOST_MODEL,
    index: index !== null && index.size > MOST_INDEX,
  };
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    setTouched(true);
    if (missing || large.model || large.index || !model || !statement) return;
    start.mutate({
      name: name.trim(),
      model,
      index,
      consent: {
        statement_version: statement.version,
        singer_name: consent.singer.trim(),
        scope: consent.scope,
        agreed: consent.agreed,
      },
    });
  }
  const all = (model?.size ?? 0) + (index?.size ?? 0);
  return (
    <>
      <Link
        to="/voices"
        className="-mb-4 flex items-center gap-1 text-sm text-muted hover:text-text"
      >
        <ChevronLeft aria-hidden className="size-4" />
        {t("voices")}
      </Link>
      <PageHead title={t("importTitle")} lead={t("importLead")} />
      <form onSubmit={onSubmit} noValidate className="card grid max-w-3xl gap-6 p-5 sm:p-7">
        <TextField
          label={t("voiceName")}
          placeholder={t("voiceNameExample")}
          value={name}
          maxLength={100}
          disabled={named || start.isPending}
          onChange={(event) => setName(event.target.value)}
        />
        <ConsentFields value={consent} onChange={setConsent} />
        <FilePick
          label={t("importModel")}
          hint={t("importModelHint")}
          accept=".pth"
          file={model}
          error={large.model ? t("importModelLarge") : undefined}
          disabled={start.isPending}
          onChange={setModel}
        />
        <FilePick
          label={t("importIndex")}
          hint={t("importIndexHint")}
          accept=".index"
          file={index}
          error={large.index ? t("importIndexLarge") : undefined}
          disabled={start.isPending}
          onChange={setIndex}
        />
        <div className="flex flex-wrap items-center justify-end gap-4">
          <div className="min-w-0 flex-1">
            {start.isPending && (
              <ProgressBar label={t("importSending")} fraction={all > 0 ? sent / all : 0} />
            )}
            {touched && missing && (
              <p role="alert" className="text-sm text-warn">
                {t(missing)}
              </p>
            )}
          </div>
          <Button
            type="submit"
            look="primary"
            busy={start.isPending}
            icon={<PackageOpen aria-hidden className="size-4.5" />}
          >
            {t(start.isPending ? "importSending" : "importStart")}
          </Button>
        </div>
      </form>
    </>
  );
}

function missingIn(name: string, consent: Consent, model: File | null): Key | null {
  if (!name.trim()) return "missingName";
  if (!consent.singer.trim()) return "missingSinger";
  if (!consent.agreed) return "missingConsent";
  return model ? null : "missingModel";
}
