import { useI18n } from "../../i18n";
import { MailSwitch } from "./MailSwitch";
import { NoticesButton } from "./NoticesButton";

/** How the studio tells that a training is over. */
export function NoticesCard() {
  const { t } = useI18n();
  return (
    <section aria-labelledby="notices" className="card grid gap-4 p-6">
      <h2 id="notices" className="text-lg font-bold">
        {t("noticesTitle")}
      </h2>
      <MailSwitch />
      <div className="grid justify-items-start gap-2">
        <p className="text-sm text-faint">{t("noticesText")}</p>
        <NoticesButton />
      </div>
    </section>
  );
}
