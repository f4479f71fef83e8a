import { type UseMutationOptions, useMutation } from "@tanstack/react-query";
import { ApiError, errorText } from "../api/errors";
import { useI18n } from "../i18n";
import { notify } from "./notify";

/**
 * A change on the server; its failure is told in a toast.
 * `inline` is for forms that show the server's words beside the field at fault.
 */
export function useAction<TData, TVariables = void>(
  options: UseMutationOptions<TData, unknown, TVariables>,
  { inline = false } = {},
) {
  const { language } = useI18n();
  return useMutation<TData, unknown, TVariables>({
    ...options,
    onError: (error, ...rest) => {
      const field = error instanceof ApiError ? Object.values(error.fields)[0] : undefined;
      if (!(inline && field)) notify.error(field?.[language] ?? errorText(error, language));
      return options.onError?.(error, ...rest);
    },
  });
}
