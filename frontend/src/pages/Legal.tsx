import { useLegal } from "../api/queries";
import { useI18n } from "../i18n";
import { PageHead } from "../ui/PageHead";
import { Failure, Skeleton } from "../ui/states";

export function Terms() {
  return <Legal document="terms" />;
}

export function Privacy() {
  return <Legal document="privacy" />;
}

/** A document that sign-up accepts, for everybody to read. */
function Legal({ document }: { document: "terms" | "privacy" }) {
  const { t, pick } = useI18n();
  const legal = useLegal(document);
  return (
    <article className="grid gap-7">
      <PageHead
        title={t(document)}
        lead={legal.data ? t("legalVersion", { version: legal.data.version }) : "\u00a0"}
      />
      {legal.error && <Failure error={legal.error} retry={() => void legal.refetch()} />}
      {legal.isPending && (
        <div className="min-h-dvh">
          <Skeleton rows={4} height="h-24" />
        </div>
      )}
      {legal.data?.parts.map((part) => (
        <section key={part.title.en} className="grid gap-2">
          <h2 className="text-lg font-bold">{pick(part.title)}</h2>
          <p className="leading-relaxed text-muted">{pick(part.text)}</p>
        </section>
      ))}
    </article>
  );
}
