/** Toasts; their code is loaded with the first one or after the first page, whichever comes sooner. */
const toaster = () => import("sonner");

/** Long enough to read it, to think again, and to reach the button. */
const UNDO_MS = 12_000;

/** The button of a toast. */
export interface Offer {
  label: string;
  onClick: () => void;
}

export const notify = {
  error: (sentence: string, action?: Offer, id?: string) =>
    void toaster().then(({ toast }) => toast.error(sentence, { action, id })),
  success: (sentence: string, action?: Offer, id?: string) =>
    void toaster().then(({ toast }) => toast.success(sentence, { action, id })),
  /** Says what was done, with a button that takes it back. */
  undoable: (sentence: string, label: string, undo: () => void) =>
    void toaster().then(({ toast }) =>
      toast(sentence, { duration: UNDO_MS, action: { label, onClick: undo } }),
    ),
  /** One that stays until it is answered; the same `id` replaces it. */
  stays: (id: string, sentence: string, action: Offer) =>
    void toaster().then(({ toast }) =>
      toast(sentence, { id, action, duration: Number.POSITIVE_INFINITY }),
    ),
};
