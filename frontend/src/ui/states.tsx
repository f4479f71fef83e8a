import { CircleAlert, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { errorText } from "../api/errors";
import { useI18n } from "../i18n";
import { Button } from "./Button";

/** Nothing here yet: says what to do first. Where it is all of a page, its title is the page's. */
export function Empty({
  icon,
  title,
  children,
  action,
  heading: Heading = "h2",
}: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  heading?: "h1" | "h2";
}) {
  return (
    <div className="card grid justify-items-center gap-3 px-6 py-14 text-center">
      <div className="grid size-16 place-items-center rounded-2xl bg-violet/15 text-violet-soft ring-1 ring-violet/30">
        {icon}
      </div>
      <Heading className="text-lg font-bold">{title}</Heading>
      <p className="max-w-md text-muted">{children}</p>
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, language } = useI18n();
  return (
    <div role="alert" className="card flex flex-wrap items-center gap-3 border-bad/40 p-5">
      <CircleAlert aria-hidden className="size-5 shrink-0 text-bad" />
      <p className="min-w-0 flex-1">{errorText(error, language)}</p>
      {retry && (
        <Button size="small" onClick={retry}>
          {t("tryAgain")}
        </Button>
      )}
    </div>
  );
}

/** Rows of the height of what is coming, so that nothing jumps. */
export function Skeleton({ rows = 3, height = "h-18" }: { rows?: number; height?: string }) {
  const { t } = useI18n();
  return (
    <div role="status" aria-label={t("loading")} className="grid gap-3">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a skeleton have no identity
        <div key={row} className={`${height} animate-pulse-soft rounded-2xl bg-panel`} />
      ))}
    </div>
  );
}

export function Spinner() {
  const { t } = useI18n();
  return (
    <div role="status" className="grid min-h-60 place-items-center text-muted">
      <LoaderCircle aria-label={t("loading")} className="size-7 animate-spin" />
    </div>
  );
}

export function MoreButton({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  const { t } = useI18n();
  if (!query.hasNextPage) return null;
  return (
    <Button
      className="justify-self-center"
      busy={query.isFetchingNextPage}
      onClick={() => query.fetchNextPage()}
    >
      {t("more")}
    </Button>
  );
}
