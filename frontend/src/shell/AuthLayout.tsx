import { Outlet } from "@tanstack/react-router";
import { useI18n } from "../i18n";
import { Bars } from "../ui/Bars";
import { Logo } from "./Logo";

/** The frame of sign-in and its sisters: the form beside a picture of a voice. */
export function AuthLayout() {
  const { t, language, setLanguage } = useI18n();
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
      <div className="flex flex-col px-5 py-6 sm:px-12">
        <header className="flex items-center justify-between">
          <Logo />
          <button
            type="button"
            lang={language === "ko" ? "en" : "ko"}
            onClick={() => setLanguage(language === "ko" ? "en" : "ko")}
            className="min-h-10 rounded-full px-3 text-sm font-medium text-muted hover:text-text"
          >
            {t("otherLanguage")}
          </button>
        </header>
        <main id="main" className="mx-auto grid w-full max-w-sm flex-1 content-center py-10">
          <Outlet />
        </main>
        <footer className="text-center text-xs text-faint">{t("aiNoticeShort")}</footer>
      </div>
      <aside
        aria-hidden
        className="glow sticky top-4 my-4 mr-1 hidden h-[calc(100dvh-2rem)] overflow-hidden rounded-3xl border border-line lg:block"
      >
        <Bars
          count={52}
          className="absolute inset-x-0 top-1/2 h-72 -translate-y-[62%] gap-1.5 px-10"
        />
        <div className="absolute inset-x-12 bottom-14 grid gap-3">
          <p className="max-w-lg text-4xl leading-tight font-bold tracking-tight text-balance">
            {t("heroTitle")}
          </p>
          <p className="max-w-md text-lg text-muted">{t("heroText")}</p>
        </div>
      </aside>
    </div>
  );
}
