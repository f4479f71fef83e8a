import { Compass } from "lucide-react";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { Empty } from "../ui/states";

export function NotFound() {
  const { t } = useI18n();
  return (
    <div className="mx-auto max-w-xl px-4 py-20">
      <Empty
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
