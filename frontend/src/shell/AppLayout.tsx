import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { CircleUserRound, Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { meQuery } from "../api/queries";
import { AcceptDialog } from "../features/account/AcceptDialog";
import { useEndNotices } from "../features/notices/useEndNotices";
import { useI18n } from "../i18n";
import { LiveProvider } from "../live/LiveProvider";
import { PlayerProvider, usePlayer } from "../player/PlayerProvider";
import { IconButton } from "../ui/Button";
import { useLater } from "../ui/useLater";
import { DropAnywhere } from "../uploads/DropAnywhere";
import { UploadPanel } from "../uploads/UploadPanel";
import { UploadsProvider } from "../uploads/UploadsProvider";
import { ConnectionBanner } from "./ConnectionBanner";
import { CreditsChip } from "./CreditsChip";
import { Logo } from "./Logo";
import { BottomNav, SideNav } from "./Nav";
import { CommandsProvider, useCommands } from "./palette/CommandsProvider";
import { SuspendedBanner } from "./SuspendedBanner";

export function AppLayout() {
  const { data: me } = useQuery(meQuery);
  const { adoptLanguage } = useI18n();
  const language = me?.user.language;
  useEffect(() => {
    if (language) adoptLanguage(language);
  }, [language, adoptLanguage]);
  if (!me) return null;
  return (
    <LiveProvider workspaceId={me.workspace.id}>
      <PlayerProvider>
        <UploadsProvider workspaceId={me.workspace.id}>
          <CommandsProvider>
            <Frame />
            <Unseen />
          </CommandsProvider>
        </UploadsProvider>
      </PlayerProvider>
    </LiveProvider>
  );
}

/** What shows itself only when something happens is no part of the first paint. */
function Unseen() {
  if (!useLater()) return null;
  return (
    <>
      <AcceptDialog />
      <UploadPanel />
      <DropAnywhere />
    </>
  );
}

function Frame() {
  const { t } = useI18n();
  const { track } = usePlayer();
  const { openPalette } = useCommands();
  const main = useRef<HTMLElement>(null);
  useFocusOnNavigation(main);
  useEndNotices();
  return (
    <>
      <a
        href="#main"
        className="sr-only z-70 rounded-xl bg-violet-deep px-4 py-2 font-semibold text-white focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        {t("skip")}
      </a>
      <SideNav />
      <div className="lg:pl-64">
        <header className="sticky top-0 z-20 flex h-14 items-center justify-between gap-3 border-b border-line/70 bg-ink/85 px-4 backdrop-blur-xl lg:hidden">
          <Link to="/" aria-label={t("brand")} className="min-w-0">
            <Logo />
          </Link>
          <div className="flex shrink-0 items-center">
            <IconButton label={t("paletteOpen")} onClick={openPalette}>
              <Search aria-hidden className="size-5.5" />
            </IconButton>
            <CreditsChip />
            <Link
              to="/account"
              aria-label={t("account")}
              className="grid size-10 place-items-center rounded-full text-muted"
            >
              <CircleUserRound aria-hidden className="size-5.5" />
            </Link>
          </div>
        </header>
        <ConnectionBanner />
        <SuspendedBanner />
        <main
          ref={main}
          id="main"
          tabIndex={-1}
          className={`mx-auto grid max-w-6xl grid-cols-1 gap-7 px-4 pt-6 outline-none sm:px-8 lg:pt-10 ${track ? "pb-44 lg:pb-32" : "pb-28 lg:pb-16"}`}
        >
          <Outlet />
        </main>
      </div>
      <BottomNav />
    </>
  );
}

/** After a change of page, keyboard and screen reader start at the new content. */
function useFocusOnNavigation(main: React.RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}
