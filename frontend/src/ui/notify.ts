/** Toasts; their code is loaded with the first one or after the first page, whichever comes sooner. */
const toaster = () => import("sonner");

export const notify = {
  error: (sentence: string) => void toaster().then(({ toast }) => toast.error(sentence)),
  success: (sentence: string) => void toaster().then(({ toast }) => toast.success(sentence)),
};
