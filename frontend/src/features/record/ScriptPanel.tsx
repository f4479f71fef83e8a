import { useState } from "react";
import type { Language } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { enScript } from "../../i18n/en.scripts";
import { koScript, scaleScript } from "../../i18n/ko.scripts";
import { Segments } from "../../ui/Segments";

type ScriptName = Language | "scale";

const SCRIPTS: Record<ScriptName, readonly string[]> = {
  ko: koScript,
  en: enScript,
  scale: scaleScript,
};
const HINTS: Record<ScriptName, Key> = { ko: "scriptHint", en: "scriptHint", scale: "scaleHint" };

/** What to read aloud or to sing, large enough for a music stand. */
export function ScriptPanel() {
  const { t, language } = useI18n();
  const [name, setName] = useState<ScriptName>(language);
  return (
    <section aria-labelledby="script" className="card grid content-start gap-4 p-6">
      <h2 id="script" className="text-lg font-bold">
        {t("script")}
      </h2>
      <Segments
        legend={t("scriptChoice")}
        value={name}
        onChange={(value) => setName(value as ScriptName)}
        options={[
          { value: "ko", label: t("languageKo"), lang: "ko" },
          { value: "en", label: t("languageEn"), lang: "en" },
          { value: "scale", label: t("scriptScale") },
        ]}
      />
      <p className="text-sm text-muted">{t(HINTS[name])}</p>
      <ol lang={name === "en" ? "en" : "ko"} className="grid gap-3 text-lg leading-relaxed">
        {SCRIPTS[name].map((line, index) => (
          <li key={line} className="flex gap-3">
            <span aria-hidden className="w-6 shrink-0 text-right text-faint tabular-nums">
              {index + 1}
            </span>
            {line}
          </li>
        ))}
      </ol>
    </section>
  );
}
