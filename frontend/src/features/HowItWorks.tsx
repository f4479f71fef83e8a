import { GraduationCap, Mic, WandSparkles } from "lucide-react";
import { useI18n } from "../i18n";

const STEPS = [
  { icon: Mic, title: "trailUpload", text: "howRecord" },
  { icon: GraduationCap, title: "trailTrain", text: "howTrain" },
  { icon: WandSparkles, title: "trailConvert", text: "howConvert" },
] as const;

/** The whole way in three cards, for a workspace in which nothing was made yet. */
export function HowItWorks() {
  const { t } = useI18n();
  return (
    <section aria-labelledby="how" className="grid gap-4">
      <h2 id="how" className="text-lg font-bold">
        {t("howTitle")}
      </h2>
      <ol className="grid grid-cols-1 gap-4 md:grid-cols-3">
        {STEPS.map(({ icon: Icon, title, text }) => (
          <li key={title} className="card grid content-start gap-3 p-6">
            <span className="grid size-11 place-items-center rounded-xl bg-violet/15 text-violet-soft">
              <Icon aria-hidden className="size-5" />
            </span>
            <h3 className="font-bold">{t(title)}</h3>
            <p className="text-sm text-muted">{t(text)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
