import { Pencil, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useI18n } from "../i18n";
import { Menu, MenuItem } from "../ui/Menu";
import { RenameDialog } from "../ui/RenameDialog";

/** A mutation of useAction, as far as a menu needs it. */
interface Action<TVariables> {
  isPending: boolean;
  error: unknown;
  mutate: (input: TVariables, options: { onSuccess: () => void }) => void;
}

interface Props {
  name: string;
  rename: Action<string>;
  /** The question before the end; its answer closes it. */
  deletion: (open: boolean, onClose: () => void) => ReactNode;
  /** Entries above the two. */
  children?: ReactNode;
}

/** What can be done with anything that has a name: rename and delete, each with its dialog. */
export function RenameDeleteMenu({ name, rename, deletion, children }: Props) {
  const { t } = useI18n();
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <Menu label={t("moreNamed", { name })}>
        {children}
        <MenuItem
          icon={<Pencil aria-hidden className="size-4" />}
          onClick={() => setDialog("rename")}
        >
          {t("rename")}
        </MenuItem>
        <MenuItem
          danger
          icon={<Trash2 aria-hidden className="size-4" />}
          onClick={() => setDialog("delete")}
        >
          {t("remove")}
        </MenuItem>
      </Menu>
      <RenameDialog
        open={dialog === "rename"}
        onClose={close}
        name={name}
        busy={rename.isPending}
        error={rename.error}
        onRename={(wanted) => rename.mutate(wanted, { onSuccess: close })}
      />
      {deletion(dialog === "delete", close)}
    </>
  );
}
