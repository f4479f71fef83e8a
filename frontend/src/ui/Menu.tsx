import { Menu as Base } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./Button";

interface MenuProps {
  label: string;
  /** Whether it shows what it offers as soon as it is there. */
  defaultOpen?: boolean;
  children: ReactNode;
}

/** A button with three dots and what it offers. */
export function Menu({ label, defaultOpen, children }: MenuProps) {
  return (
    <Base.Root modal={false} defaultOpen={defaultOpen}>
      <Base.Trigger render={<IconButton label={label} />}>
        <Ellipsis aria-hidden className="size-5" />
      </Base.Trigger>
      <MenuPopup align="end">{children}</MenuPopup>
    </Base.Root>
  );
}

/** The open menu itself, for triggers that look otherwise. */
export function MenuPopup({ align, children }: { align: "start" | "end"; children: ReactNode }) {
  return (
    <Base.Portal>
      <Base.Positioner align={align} sideOffset={6} className="z-40">
        <Base.Popup className="min-w-48 rounded-2xl border border-line bg-raised p-1.5 shadow-2xl transition-opacity outline-none data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

interface ItemProps {
  icon: ReactNode;
  onClick: () => void;
  danger?: boolean;
  children: ReactNode;
}

export function MenuItem({ icon, onClick, danger, children }: ItemProps) {
  return (
    <Base.Item
      onClick={onClick}
      className={`flex min-h-10 cursor-pointer items-center gap-3 rounded-xl px-3 text-sm font-medium outline-none data-[highlighted]:bg-white/8 ${danger ? "text-bad" : "text-text"}`}
    >
      {icon}
      {children}
    </Base.Item>
  );
}
