import { Menu } from "@base-ui/react/menu";
import { Check, ChevronsUpDown } from "lucide-react";
import { enterWorkspace } from "../api/chosenWorkspace";
import type { Me } from "../api/types";
import { useI18n } from "../i18n";

interface Props {
  chosen: string;
  workspaces: Me["workspaces"];
}

/** Leads who has several workspaces to another of them. */
export default function WorkspaceMenu({ chosen, workspaces }: Props) {
  const { t } = useI18n();
  return (
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
            <Menu.RadioGroup value={chosen} onValueChange={(id: string) => enterWorkspace(id)}>
              {workspaces.map((one) => (
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
  );
}
