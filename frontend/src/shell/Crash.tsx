import type { ErrorComponentProps } from "@tanstack/react-router";
import { errorText } from "../api/errors";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";

/** Shown where a page fell over; the rest of the studio keeps running. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const { t, language } = useI18n();
  return (
    <div role="alert" className="mx-auto grid max-w-lg gap-4 px-6 py-24 text-center">
      <h1 className="text-2xl font-bold">{t("crashTitle")}</h1>
      <p className="text-muted">{errorText(error, language)}</p>
      <div className="flex justify-center gap-2">
        <Button look="primary" onClick={reset}>
          {t("tryAgain")}
        </Button>
        <Button onClick={() => location.assign("/")}>{t("toHome")}</Button>
      </div>
    </div>
  );
}
