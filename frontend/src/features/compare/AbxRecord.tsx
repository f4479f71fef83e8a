import { History } from "lucide-react";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { chanceOf } from "../../sound/abx";
import { Button } from "../../ui/Button";
import type { Session } from "./abxRecord";

interface Props {
  sessions: Session[];
  onForget: () => void;
}

/** What earlier tests of the same pair came to. */
export function AbxRecord({ sessions, onForget }: Props) {
  const { t, language } = useI18n();
  if (sessions.length === 0) return null;
  return (
    <section aria-labelledby="abx-record" className="grid gap-2 border-t border-line pt-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 id="abx-record" className="flex items-center gap-2 text-sm font-semibold">
          <History aria-hidden className="size-4 text-violet-soft" />
          {t("abxEarlier")}
        </h3>
        <Button size="small" look="ghost" onClick={onForget}>
          {t("abxForget")}
        </Button>
      </div>
      <ul className="max-h-48 divide-y divide-line overflow-y-auto text-sm">
        {sessions.map(({ at, right, all }) => (
          <li key={at} className="flex flex-wrap justify-between gap-x-4 py-2 tabular-nums">
            <span className="text-faint">{formatDate(at, language)}</span>
            <span className="text-muted">
              {t("abxSession", { right, all, p: chanceOf(right, all).toFixed(3) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
