import { Link } from "@tanstack/react-router";
import { useI18n } from "../../i18n";
import { singersOf } from "../jobText";
import { plainLabel } from "../knobText";
import { differencesOf } from "../settings";
import { useValueText } from "../settingText";
import { type ComparedTake, LETTERS } from "./takes";

/** What the takes were made with differently. */
export function Settings({ takes }: { takes: ComparedTake[] }) {
  const { t, pick } = useI18n();
  const valueText = useValueText();
  const jobs = takes.map(({ job }) => job);
  if (jobs.every((job) => !job)) return null;
  const differences = differencesOf(jobs);
  const singers = jobs.map((job) => (job && singersOf(job)) || "–");
  const head = "min-w-28 p-3 text-left align-top font-medium";
  return (
    <section aria-labelledby="differences" className="card grid grid-cols-1 gap-3 p-5 sm:p-6">
      <h2 id="differences" className="text-lg font-bold">
        {t("differences")}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-labelledby="differences" className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className={`${head} text-faint`}>
                {t("setting")}
              </th>
              {takes.map((take, index) => (
                <th key={take.id} scope="col" className={head}>
                  {take.job ? (
                    <Link
                      to="/jobs/$jobId"
                      params={{ jobId: take.job.id }}
                      className="text-violet-soft hover:underline"
                    >
                      {LETTERS[index]} · {take.title}
                    </Link>
                  ) : (
                    `${LETTERS[index]} · ${take.title}`
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr className="border-b border-line/60">
              <th scope="row" className={`${head} text-muted`}>
                {t("voice")}
              </th>
              {takes.map((take, index) => (
                <td key={take.id} className="p-3">
                  {singers[index]}
                </td>
              ))}
            </tr>
            {differences.map(({ knob, values }) => (
              <tr key={knob.name} className="border-b border-line/60">
                <th scope="row" className={`${head} text-muted`}>
                  {plainLabel(pick(knob.label))}
                </th>
                {takes.map((take, index) => (
                  <td key={take.id} className="p-3 tabular-nums">
                    {valueText(knob, values[index])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {differences.length === 0 && <p className="text-sm text-faint">{t("noDifferences")}</p>}
    </section>
  );
}
