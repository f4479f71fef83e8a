import { useQueryClient } from "@tanstack/react-query";
import { useAction } from "../../ui/useAction";

/** A change of one file, after which lists and datasets are read again. */
export function useFileAction<TVariables>(
  work: (input: TVariables) => Promise<unknown>,
  onDone?: () => void,
) {
  const client = useQueryClient();
  return useAction({
    mutationFn: work,
    onSuccess: async () => {
      onDone?.();
      await Promise.all([
        client.invalidateQueries({ queryKey: ["files"] }),
        client.invalidateQueries({ queryKey: ["datasets"] }),
      ]);
    },
  });
}
