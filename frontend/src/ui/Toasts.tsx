import { Toaster } from "sonner";
import { useI18n } from "../i18n";

export default function Toasts() {
  const { t } = useI18n();
  return (
    <Toaster
      theme="dark"
      position="top-center"
      containerAriaLabel={t("notices")}
      toastOptions={{
        duration: 6000,
        style: {
          background: "var(--color-raised)",
          border: "1px solid var(--color-edge)",
          color: "var(--color-text)",
          fontFamily: "var(--font-sans)",
        },
      }}
    />
  );
}
