import { useEffect } from "react";
import { useI18n } from "../i18n";
import { notify } from "../ui/notify";
import { registerServiceWorker } from "./register";

let begun = false;
let takeOver: (() => void) | undefined;
const listeners = new Set<() => void>();

function begin(): void {
  if (begun) return;
  begun = true;
  registerServiceWorker((found) => {
    takeOver = found;
    for (const listener of listeners) listener();
  });
}

/** Offers a newer version of the studio in a toast that stays. */
export function NewVersion() {
  const { t } = useI18n();
  useEffect(() => {
    const tell = () => {
      if (!takeOver) return;
      const onClick = takeOver;
      notify.stays("new-version", t("newVersion"), { label: t("reload"), onClick });
    };
    listeners.add(tell);
    tell();
    begin();
    return () => void listeners.delete(tell);
  }, [t]);
  return null;
}
