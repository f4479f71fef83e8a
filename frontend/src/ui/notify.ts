/** Toasts; their code is loaded with the first one or after the first page, whichever comes sooner. */
const toaster = () => import("sonner");

/** Long enough to read it, to think again, and to reach the button. */
const UNDO_MS = 12_000;

export const notify = {
  error: (sentence: string) => void toaster().then(({ toast }) => toast.error(sentence)),
  success: (sentence: string) => void toaster().then(({ toast }) => toast.success(sentence)),
  /** Says what was done, with a button that takes it back. */
  undoable: (sentence: string, label: string, undo: () => void) =>
    void toaster().then(({ toast }) =>
      toast(sentence, { duration: UNDO_MS, action: { label, onClick: undo } }),
    ),
};
