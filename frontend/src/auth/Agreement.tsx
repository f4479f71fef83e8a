import { Link } from "@tanstack/react-router";
import { type Key, useI18n } from "../i18n";
import { Tick } from "../ui/Tick";

export type Document = "terms" | "privacy";
export type Agreed = Record<Document, boolean>;

const ROWS: { document: Document; label: Key }[] = [
  { document: "terms", label: "agreeTerms" },
  { document: "privacy", label: "agreePrivacy" },
];

interface Props {
  agreed: Agreed;
  /** All of them, unless some were accepted before. */
  documents?: Document[];
  onChange: (agreed: Agreed) => void;
  error: string | undefined;
}

/** What a customer accepts, each with its text a click away in a tab of its own. */
export function Agreement({ agreed, documents, onChange, error }: Props) {
  const { t } = useI18n();
  const rows = documents ? ROWS.filter((row) => documents.includes(row.document)) : ROWS;
  return (
    <div className="grid gap-3">
      {rows.map(({ document, label }) => (
        <div key={document} className="flex items-start justify-between gap-3 text-sm">
          <Tick
            checked={agreed[document]}
            onChange={(checked) => onChange({ ...agreed, [document]: checked })}
          >
            {t(label)}
          </Tick>
          <Link
            to={`/${document}`}
            target="_blank"
            className="shrink-0 font-semibold text-violet-soft hover:underline"
          >
            {t("readNamed", { name: t(document) })}
          </Link>
        </div>
      ))}
      {error && (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
