import { Bell, BellRing } from "lucide-react";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { useAction } from "../../ui/useAction";
import { switchNotices, useBrowserNotices } from "./browserNotices";

/** Asks for notifications of this browser, or switches them off again. */
export function NoticesButton() {
  const { t } = useI18n();
  const notices = useBrowserNotices();
  const turn = useAction({ mutationFn: switchNotices });
  if (notices === "unable") return null;
  if (notices === "denied") return <p className="text-sm text-faint">{t("noticesDenied")}</p>;
  const on = notices === "on";
  const Icon = on ? BellRing : Bell;
  return (
    <Button
      size="small"
      aria-pressed={on}
      busy={turn.isPending}
      icon={<Icon aria-hidden className="size-4" />}
      onClick={() => turn.mutate(!on)}
    >
      {t(on ? "noticesOn" : "noticesAsk")}
    </Button>
  );
}
