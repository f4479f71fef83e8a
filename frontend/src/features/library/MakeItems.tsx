import { Layers2, Sparkles } from "lucide-react";
import { useI18n } from "../../i18n";
import { MenuItem } from "../../ui/Menu";
import type { Make } from "./useMake";

/** What can be made of recordings, for a menu of one file or of several. */
export function MakeItems({ ask }: { ask: (what: Make) => void }) {
  const { t } = useI18n();
  return (
    <>
      <MenuItem icon={<Layers2 aria-hidden className="size-4" />} onClick={() => ask("separate")}>
        {t("separateThis")}
      </MenuItem>
      <MenuItem
        icon={<Sparkles aria-hidden className="size-4" />}
        onClick={() => ask("preprocess")}
      >
        {t("cleanThis")}
      </MenuItem>
    </>
  );
}
