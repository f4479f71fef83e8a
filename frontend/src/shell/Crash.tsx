import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { WifiOff } from "lucide-react";
import { useEffect } from "react";
import { ApiError, errorText } from "../api/errors";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { Empty } from "../ui/states";
import { Logo } from "./Logo";

/** Shown where a page fell over; the rest of the studio keeps running. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const { t, language } = useI18n();
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  if (isAway(error)) return <Offline again={again} />;
  return (
    <div role="alert" className="mx-auto grid max-w-lg gap-4 px-6 py-24 text-center">
      <h1 className="text-2xl font-bold">{t("crashTitle")}</h1>
      <p className="text-muted">{errorText(error, language)}</p>
      <div className="flex justify-center gap-2">
        <Button look="primary" onClick={again}>
          {t("tryAgain")}
        </Button>
        <Button onClick={() => location.assign("/")}>{t("toHome")}</Button>
      </div>
    </div>
  );
}

/** Whether it fell over because there is no connection: of the API, or of a page's own code. */
function isAway(error: unknown): boolean {
  return !navigator.onLine || (error instanceof ApiError && error.status === 0);
}

/** The page goes on by itself once the connection is back. */
function Offline({ again }: { again: () => void }) {
  const { t } = useI18n();
  useEffect(() => {
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  });
  return (
    <main className="mx-auto grid max-w-xl gap-8 px-4 py-10">
      <Logo />
      <Empty
        heading="h1"
        icon={<WifiOff aria-hidden className="size-7" />}
        title={t("offlineTitle")}
        action={
          <Button look="primary" onClick={again}>
            {t("tryAgain")}
          </Button>
        }
      >
        {t("offlineText")}
      </Empty>
    </main>
  );
}
