import { useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import { useI18n } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { useAction } from "../../ui/useAction";

/** The language of the pages and of the mails. */
export function LanguageCard() {
  const { t, language, setLanguage } = useI18n();
  const client = useQueryClient();
  const save = useAction({
    mutationFn: (language: "ko" | "en") => api.changeMe({ language }),
    onSuccess: (me) => client.setQueryData(["me"], me),
  });
  return (
    <section aria-label={t("language")} className="card p-6">
      <Choice
        legend={t("language")}
        value={language}
        onChange={(value) => {
          const chosen = value === "en" ? "en" : "ko";
          setLanguage(chosen);
          save.mutate(chosen);
        }}
        options={[
          { value: "ko", label: t("languageKo"), lang: "ko" },
          { value: "en", label: t("languageEn"), lang: "en" },
        ]}
      />
    </section>
  );
}
