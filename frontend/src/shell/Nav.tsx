import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleUserRound, Search } from "lucide-react";
import { meQuery } from "../api/queries";
import { nameOf } from "../api/workspace";
import { useI18n } from "../i18n";
import { CreditsChip } from "./CreditsChip";
import { Logo } from "./Logo";
import { PLACES } from "./nav";
import { useCommands } from "./palette/CommandsProvider";
import { WorkspaceSwitch } from "./WorkspaceSwitch";

const SIDE =
  "flex min-h-11 items-center gap-3 rounded-xl px-3 font-medium text-muted transition-colors hover:bg-white/5 hover:text-text aria-[current=page]:bg-violet/16 aria-[current=page]:text-text aria-[current=page]:[&_svg]:text-violet-soft";
const BOTTOM =
  "grid min-w-0 flex-1 justify-items-center gap-1 py-2 text-[0.65rem] font-medium whitespace-nowrap text-faint aria-[current=page]:text-violet-soft";

export function SideNav() {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  return (
    <aside className="fixed inset-y-0 left-0 z-20 hidden w-64 flex-col border-r border-line/80 bg-[#0d0d18] px-4 py-6 lg:flex">
      <Link to="/" className="mb-6 rounded-xl px-2">
        <Logo />
      </Link>
      <PaletteButton />
      <nav aria-label={t("mainMenu")} className="grid gap-1">
        {PLACES.map(({ to, label, icon: Icon }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === "/" }} className={SIDE}>
            <Icon aria-hidden className="size-5" />
            {t(label)}
          </Link>
        ))}
      </nav>
      <div className="mt-auto grid gap-3">
        <CreditsChip wide />
        <WorkspaceSwitch look={SIDE} />
        <Link to="/account" className={`${SIDE} -mt-2`}>
          <CircleUserRound aria-hidden className="size-5 shrink-0" />
          <span className="grid min-w-0">
            <span className="text-sm">{t("account")}</span>
            <span className="truncate text-xs text-faint">{me && nameOf(me.user)}</span>
          </span>
        </Link>
      </div>
    </aside>
  );
}

function PaletteButton() {
  const { t } = useI18n();
  const { openPalette } = useCommands();
  return (
    <button
      type="button"
      onClick={openPalette}
      aria-keyshortcuts="Control+K Meta+K"
      className="mb-5 flex min-h-11 items-center gap-3 rounded-xl border border-line bg-ink px-3 text-sm text-faint transition-colors hover:border-edge hover:text-muted"
    >
      <Search aria-hidden className="size-4.5" />
      <span className="flex-1 text-left">{t("paletteOpen")}</span>
      <kbd aria-hidden className="key">
        {/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}
      </kbd>
    </button>
  );
}

export function BottomNav() {
  const { t } = useI18n();
  return (
    <nav
      aria-label={t("mainMenu")}
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-[#0d0d18]/95 pb-[env(safe-area-inset-bottom)] backdrop-blur-xl lg:hidden"
    >
      {PLACES.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/" }} className={BOTTOM}>
          <Icon aria-hidden className="size-5.5" />
          {t(label)}
        </Link>
      ))}
    </nav>
  );
}
