import { Compass } from "lucide-react";
import { useEffect } from "react";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { Empty } from "../ui/states";

/** In a page's place: what its address names is not there. */
export function NotFound() {
  const { t } = useI18n();
  return (
    <div className="mx-auto max-w-xl px-4 py-20">
      <Empty
        heading="h1"
        icon={<Compass aria-hidden className="size-7" />}
        title={t("notFoundTitle")}
        action={
          <ButtonLink to="/" look="primary">
            {t("toHome")}
          </ButtonLink>
        }
      >
        {t("notFoundText")}
      </Empty>
    </div>
  );
}

/** An address that no page has: outside the studio's frame, which has a main part of its own. */
export function NoSuchPage() {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${t("notFoundTitle")} · ${t("brand")}`;
  }, [t]);
  return (
    <main>
      <NotFound />
    </main>
  );
}
