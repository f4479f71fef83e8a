import { useI18n } from "../i18n";
import { notify } from "./notify";

/** Puts a text where it can be pasted from, and says whether that worked. */
export function useCopy(): (text: string) => void {
  const { t } = useI18n();
  return (text) => {
    navigator.clipboard.writeText(text).then(
      () => notify.success(t("copied")),
      () => notify.error(t("copyFailed")),
    );
  };
}
