import { Link, type LinkComponentProps } from "@tanstack/react-router";
import { AudioLines, Clock, Gem, Library, type LucideIcon, Mic, Timer } from "lucide-react";
import { useStats, useUsage } from "../../api/queries";
import type { Stats, Usage } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatNumber, formatSize, formatSpan } from "../../i18n/format";
import { Failure } from "../../ui/states";
import { DayBars } from "../usage/DayBars";

type Known = { stats: Stats; usage: Usage };
type I18n = ReturnType<typeof useI18n>;

interface Figure {
  label: Key;
  icon: LucideIcon;
  to: LinkComponentProps["to"];
  value: (known: Known, i18n: I18n) => string;
  note?: (known: Known, i18n: I18n) => string;
}

const count = (counts: Record<string, number>, name: string) => counts[name] ?? 0;

const FIGURES: Figure[] = [
  {
    label: "creditsAvailable",
    icon: Gem,
    to: "/usage",
    value: ({ usage }) => formatNumber(usage.available),
    note: ({ usage }, { t }) =>
      usage.reserved > 0
        ? t("figureReserved", { amount: formatNumber(usage.reserved) })
        : t("figureSpent", { amount: formatNumber(spent(usage)) }),
  },
  {
    label: "figureMinutes",
    icon: Timer,
    to: "/usage",
    value: ({ usage: { minutes } }, { t }) =>
      minutes.limit === null
        ? t("figureNoLimit")
        : minutesText(Math.max(0, minutes.limit - minutes.used), t),
    note: ({ usage: { minutes } }, { t }) =>
      t("figureUsed", { amount: minutesText(minutes.used, t) }),
  },
  {
    label: "voices",
    icon: Mic,
    to: "/voices",
    value: ({ stats }) => formatNumber(count(stats.voices, "ready")),
    note: ({ stats }, { t }) =>
      count(stats.voices, "training") > 0
        ? t("figureTraining", { count: count(stats.voices, "training") })
        : "",
  },
  {
    label: "audioFiles",
    icon: Library,
    to: "/library",
    value: ({ stats }) => formatNumber(count(stats.files, "ready")),
    note: ({ stats }, { language }) =>
      `${formatSpan(stats.audio_seconds, language)} · ${formatSize(stats.stored_bytes)}`,
  },
  {
    label: "figureSongs",
    icon: AudioLines,
    to: "/history",
    value: ({ stats }) =>
      formatNumber(count(stats.jobs_by_kind, "convert") + count(stats.jobs_by_kind, "cover")),
  },
  {
    label: "figureWork",
    icon: Clock,
    to: "/jobs",
    value: ({ stats }, { language }) => formatSpan(stats.work_seconds_30d, language),
    note: (_, { t }) => t("figureMonth"),
  },
];

function minutesText(minutes: number, t: I18n["t"]): string {
  return t("minutesIs", { minutes: formatNumber(minutes) });
}

function spent(usage: Usage): number {
  return usage.days.reduce((sum, day) => sum + day.credits, 0);
}

/** What is left, what there is and what was done, each leading to where it lies. */
export function Figures() {
  const i18n = useI18n();
  const { t } = i18n;
  const stats = useStats();
  const usage = useUsage();
  const error = stats.error ?? usage.error;
  const known = stats.data && usage.data && { stats: stats.data, usage: usage.data };
  if (error && !known) {
    const retry = () => void Promise.all([stats.refetch(), usage.refetch()]);
    return <Failure error={error} retry={retry} />;
  }
  return (
    <section aria-labelledby="figures" className="grid grid-cols-1 gap-4 xl:grid-cols-[1fr_22rem]">
      <h2 id="figures" className="sr-only">
        {t("figures")}
      </h2>
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4">
        {FIGURES.map(({ label, icon: Icon, to, value, note }) => (
          <li key={label}>
            <Link
              to={to}
              className="card grid h-full min-h-28 content-between gap-2 p-4 transition-colors hover:border-edge"
            >
              <span className="flex items-center gap-2 text-sm text-muted">
                <Icon aria-hidden className="size-4 shrink-0 text-violet-soft" />
                <span className="truncate">{t(label)}</span>
              </span>
              <span className="grid">
                <span className="min-h-8 text-xl font-bold tracking-tight tabular-nums">
                  {known ? value(known, i18n) : "–"}
                </span>
                <span className="min-h-5 truncate text-xs text-faint">
                  {known && note?.(known, i18n)}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <div className="card flex min-h-46 flex-col gap-2 p-4">
        <h3 className="text-sm text-muted">{t("byDay")}</h3>
        {usage.data && <DayBars days={usage.data.days} className="mt-auto h-28" />}
      </div>
    </section>
  );
}
