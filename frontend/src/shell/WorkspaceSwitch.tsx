import { Menu } from "@base-ui/react/menu";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, ChevronsUpDown, UsersRound } from "lucide-react";
import { enterWorkspace } from "../api/chosenWorkspace";
import { meQuery } from "../api/queries";
import { useI18n } from "../i18n";

/** Where one is: leads to the workspace's page, and to another workspace for who has several. */
export function WorkspaceSwitch({ look }: { look: string }) {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  return (
    <div className="flex items-center gap-1">
      <Link to="/workspace" className={`${look} min-w-0 flex-1`}>
        <UsersRound aria-hidden className="size-5 shrink-0" />
        <span className="grid min-w-0">
          <span className="text-sm">{t("workspace")}</span>
          <span className="truncate text-xs text-faint">{me.workspace.name}</span>
        </span>
      </Link>
      {me.workspaces.length > 1 && (
        <Menu.Root modal={false}>
          <Menu.Trigger
            aria-label={t("workspaceSwitch")}
            title={t("workspaceSwitch")}
            className="grid size-10 shrink-0 place-items-center rounded-full text-muted hover:bg-white/8 hover:text-text"
          >
            <ChevronsUpDown aria-hidden className="size-4.5" />
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="end" side="top" sideOffset={6} className="z-40">
              <Menu.Popup className="w-60 rounded-2xl border border-line bg-raised p-1.5 shadow-2xl outline-none">
                <Menu.RadioGroup
                  value={me.workspace.id}
                  onValueChange={(id: string) => enterWorkspace(id)}
                >
                  {me.workspaces.map((one) => (
                    <Menu.RadioItem
                      key={one.id}
                      value={one.id}
                      className="flex min-h-10 cursor-pointer items-center gap-3 rounded-xl px-3 text-sm font-medium outline-none data-[highlighted]:bg-white/8"
                    >
                      <span className="min-w-0 flex-1 truncate">{one.name}</span>
                      <Menu.RadioItemIndicator>
                        <Check aria-hidden className="size-4 text-violet-soft" />
                      </Menu.RadioItemIndicator>
                    </Menu.RadioItem>
                  ))}
                </Menu.RadioGroup>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
    </div>
  );
}
