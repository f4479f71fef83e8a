import { Link } from "@tanstack/react-router";
import { useEntries } from "../../api/queries";
import type { CreditEntry } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatDate, formatNumber, formatSigned } from "../../i18n/format";
import { Failure, MoreButton, Skeleton } from "../../ui/states";

const KINDS: Record<CreditEntry["kind"], Key> = {
  grant: "creditGrant",
  reserve: "creditReserve",
  settle: "creditSettle",
  release: "creditRelease",
  adjust: "creditAdjust",
  refund: "creditRefund",
};

/** The ledger, the newest entry first, each with the job that it is about. */
export function EntryList() {
  const { t } = useI18n();
  const entries = useEntries();
  return (
    <section aria-labelledby="entries" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="entries" className="text-lg font-bold">
        {t("entries")}
      </h2>
      {entries.error && <Failure error={entries.error} retry={() => void entries.refetch()} />}
      {entries.isPending && <Skeleton rows={3} height="h-12" />}
      {entries.data?.length === 0 && <p className="text-muted">{t("noEntries")}</p>}
      <ul className="divide-y divide-line text-sm">
        {entries.data?.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      <MoreButton query={entries} />
    </section>
  );
}

function Entry({ entry }: { entry: CreditEntry }) {
  const { t, language } = useI18n();
  // What a job used was taken from what had been reserved for it.
  const settled = entry.kind === "settle";
  return (
    <li className="flex items-baseline justify-between gap-4 py-2.5">
      <span className="min-w-0">
        <span className="block truncate">
          {t(KINDS[entry.kind])}
          {entry.job_id && (
            <>
              {" "}
              <Link
                to="/jobs/$jobId"
                params={{ jobId: entry.job_id }}
                className="font-semibold text-violet-soft hover:underline"
              >
                {t("toJob")}
              </Link>
            </>
          )}
        </span>
        <span className="text-faint">{formatDate(entry.created_at, language)}</span>
      </span>
      <span
        className={`shrink-0 font-semibold tabular-nums ${entry.amount > 0 ? "text-good" : "text-muted"}`}
      >
        {settled ? `(${formatNumber(-entry.held)})` : formatSigned(entry.amount)}
      </span>
    </li>
  );
}
