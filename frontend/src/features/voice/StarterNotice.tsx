import { useQuery } from "@tanstack/react-query";
import { Sprout } from "lucide-react";
import { meQuery } from "../../api/queries";
import { useI18n } from "../../i18n";

const MODELS_PAGE = "/admin/jobs/modelweights/";

interface Props {
  text: "starterWill" | "starterWas";
  className?: string;
}

/** Says calmly which engine makes the voice; the operator also learns where to get a better one. */
export function StarterNotice({ text, className = "" }: Props) {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  return (
    <div
      role="note"
      className={`flex items-start gap-3 rounded-2xl border border-line bg-panel px-4 py-3 text-sm text-muted ${className}`}
    >
      <Sprout aria-hidden className="mt-0.5 size-4 shrink-0 text-violet-soft" />
      <p>
        {t(text)}{" "}
        {me?.user.is_staff && (
          <a href={MODELS_PAGE} className="font-medium text-violet-soft underline">
            {t("starterOperator")}
          </a>
        )}
      </p>
    </div>
  );
}
