import { useQueryClient } from "@tanstack/react-query";
import { useAction } from "../../ui/useAction";

/** A change of one file, after which lists and datasets are read again. */
export function useFileAction<TVariables = void>(work: (input: TVariables) => Promise<unknown>) {
  const client = useQueryClient();
  return useAction({
    mutationFn: work,
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ["files"] }),
        client.invalidateQueries({ queryKey: ["datasets"] }),
      ]);
    },
  });
}
