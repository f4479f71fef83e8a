import { useEffect, useRef } from "react";
import type { JobEvent } from "../../api/types";
import { useI18n } from "../../i18n";

const TONES: Record<string, string> = { warning: "text-warn", error: "text-bad" };

/** What the worker said, in words; follows the end unless the reader has scrolled up. */
export function JobLog({ history }: { history: JobEvent[] }) {
  const { t, pick, language } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  const lines = history.flatMap(({ ko, en, ...event }) =>
    ko && en ? [{ ...event, text: { ko, en } }] : [],
  );
  const count = lines.length;
  useEffect(() => {
    const element = box.current;
    if (!element || count === 0) return;
    const away = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (away < 120) element.scrollTop = element.scrollHeight;
  }, [count]);
  const clock = new Intl.DateTimeFormat(language === "ko" ? "ko-KR" : "en-US", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  return (
    <section aria-labelledby="log" className="card overflow-hidden">
      <h2 id="log" className="border-b border-line px-6 py-4 text-lg font-bold">
        {t("log")}
      </h2>
      <div
        ref={box}
        role="log"
        aria-labelledby="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="h-60 overflow-y-auto px-6 py-4 text-sm"
      >
        {count === 0 && <p className="text-faint">{t("noLog")}</p>}
        {lines.map((line) => (
          <p key={line.id} className={`flex gap-4 py-0.5 ${TONES[line.level] ?? "text-muted"}`}>
            <time dateTime={line.at} className="shrink-0 text-faint tabular-nums">
              {clock.format(new Date(line.at))}
            </time>
            <span>{pick(line.text)}</span>
          </p>
        ))}
      </div>
    </section>
  );
}
