import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { Button, IconButton, type Look } from "./Button";

const BACKDROP =
  "fixed inset-0 z-50 bg-black/70 backdrop-blur-sm transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";
const POPUP =
  "card fixed left-1/2 top-1/2 z-50 max-h-[88dvh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto p-6 transition-[opacity,transform] duration-150 data-[ending-style]:scale-97 data-[ending-style]:opacity-0 data-[starting-style]:scale-97 data-[starting-style]:opacity-0";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
}

export function Dialog({ open, onClose, title, description, children }: DialogProps) {
  const { t } = useI18n();
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup className={POPUP}>
          <div className="mb-5 flex items-start justify-between gap-4">
            <div className="grid gap-1">
              <Base.Title className="text-xl font-bold">{title}</Base.Title>
              {description && (
                <Base.Description className="text-muted">{description}</Base.Description>
              )}
            </div>
            <Base.Close render={<IconButton label={t("close")} className="-mr-2 -mt-1" />}>
              <X aria-hidden className="size-5" />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  description: string;
  action: string;
  busy?: boolean;
  look?: Look;
  /** What the button says that changes nothing. */
  keep?: string;
}

/** Asks before something that can't be taken back. */
export function Confirm({
  open,
  onClose,
  onConfirm,
  title,
  description,
  action,
  busy,
  look = "danger",
  keep,
}: ConfirmProps) {
  const { t } = useI18n();
  return (
    <AlertFrame open={open} onClose={onClose} title={title} description={description}>
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <AlertDialog.Close render={<Button>{keep ?? t("keep")}</Button>} />
        <Button look={look} busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </AlertFrame>
  );
}

interface FrameProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description: string;
  children: ReactNode;
}

/** The frame of a question that has to be answered before anything else. */
export function AlertFrame({ open, onClose, title, description, children }: FrameProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Popup className={POPUP}>
          <AlertDialog.Title className="text-xl font-bold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-muted">
            {description}
          </AlertDialog.Description>
          {children}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
