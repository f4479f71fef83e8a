import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { Fold } from "./Fold";

/** Settings that most people leave alone, folded away. */
export function Advanced({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  return (
    <Fold title={t("advanced")} className="mt-5 border-t border-line pt-2">
      {children}
    </Fold>
  );
}
