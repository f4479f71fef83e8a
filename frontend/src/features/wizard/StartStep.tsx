import { Link } from "@tanstack/react-router";
import { useDataset, useQuote } from "../../api/queries";
import { useI18n } from "../../i18n";
import { formatNumber, formatSpan } from "../../i18n/format";
import { ButtonLink } from "../../ui/Button";
import { TRAIN_KNOBS, withinLimits } from "../knobs";
import { useOptionText } from "../optionText";
import { trainParams, type Wizard } from "./draft";
import type { Step } from "./stepNames";
import { STEP_LABELS } from "./steps";

type Row = [step: Step, label: string, value: string];

/** All that was chosen, what it costs and takes, and whether the credits suffice. */
export function StartStep({ draft, known }: Wizard) {
  const { t, language } = useI18n();
  const optionText = useOptionText();
  const dataset = useDataset(draft.dataset).data;
  const params = trainParams(draft);
  const rows: Row[] = [
    ["consent", t("voiceName"), known?.name ?? draft.name],
    ["consent", t("singerName"), known?.consent?.singer_name ?? draft.consent.singer],
    [
      "sources",
      t("partDataset"),
      dataset ? `${dataset.name} · ${formatSpan(dataset.usable_seconds, language)}` : "–",
    ],
    ["settings", t("modelSize"), optionText(params.preset ?? "")],
    ["settings", t("step"), formatNumber(Number(params.total_steps) || 0)],
  ];
  return (
    <div className="grid grid-cols-1 gap-6">
      <dl className="divide-y divide-line rounded-2xl border border-line px-5">
        {rows.map(([step, label, value]) => (
          <div key={label} className="flex items-center gap-4 py-3 text-sm">
            <dt className="w-28 shrink-0 text-muted sm:w-40">{label}</dt>
            <dd className="flex min-w-0 flex-1 items-center gap-4">
              <span className="min-w-0 flex-1 truncate font-semibold">{value}</span>
              <Link
                to="/voices/new"
                search={{ step, voice: known?.id }}
                aria-label={t("changeNamed", { name: label })}
                title={t(STEP_LABELS[step])}
                className="min-h-9 content-center font-semibold text-violet-soft hover:underline"
              >
                {t("changeIt")}
              </Link>
            </dd>
          </div>
        ))}
      </dl>
      <Price dataset={draft.dataset} params={params} />
    </div>
  );
}

function Price({ dataset, params }: { dataset: string; params: ReturnType<typeof trainParams> }) {
  const { t, language } = useI18n();
  const ask = withinLimits(TRAIN_KNOBS, params)
    ? ({ start: "train", request: { dataset, params } } as const)
    : null;
  const quote = useQuote(ask).data;
  const missing = quote ? quote.credits - quote.available : 0;
  const cells: [string, string][] = [
    [t("price"), quote ? t("quoteIs", { credits: formatNumber(quote.credits) }) : "–"],
    [t("creditsAvailable"), quote ? formatNumber(quote.available) : "–"],
    [
      t("expectedTime"),
      !quote
        ? "–"
        : quote.expected_s === null
          ? t("expectedHere")
          : t("expectedAbout", { span: formatSpan(roughly(quote.expected_s), language) }),
    ],
  ];
  return (
    <section aria-label={t("price")} aria-live="polite" className="grid gap-4">
      <dl className="grid gap-3 sm:grid-cols-3">
        {cells.map(([label, value]) => (
          <div key={label} className="rounded-2xl bg-ink/60 p-4 ring-1 ring-line ring-inset">
            <dt className="text-sm text-faint">{label}</dt>
            <dd className="mt-1 text-lg font-bold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {missing > 0 ? (
        <div
          role="alert"
          className="flex flex-wrap items-center justify-between gap-4 rounded-2xl border border-warn/40 bg-warn/10 px-5 py-4"
        >
          <p className="min-w-0 grow basis-64 text-warn">
            {t("creditsShortText", { missing: formatNumber(missing) })}
          </p>
          <ButtonLink to="/usage" look="primary">
            {t("getCredits")}
          </ButtonLink>
        </div>
      ) : (
        <p className="text-sm text-faint">{t("quoteHint")}</p>
      )}
    </section>
  );
}

/** To whole minutes from two minutes on: nobody knows the seconds. */
function roughly(seconds: number): number {
  return seconds < 120 ? Math.ceil(seconds / 10) * 10 : Math.ceil(seconds / 60) * 60;
}
