import { useQueryClient } from "@tanstack/react-query";
import { useAction } from "../../ui/useAction";

/** A change of files, after which lists and datasets are read again. */
export function useFileAction<TVariables = void, TData = unknown>(
  work: (input: TVariables) => Promise<TData>,
  onDone: (data: TData) => void = () => {},
) {
  const client = useQueryClient();
  return useAction({
    mutationFn: work,
    onSuccess: async (data) => {
      onDone(data);
      await Promise.all(
        ["files", "file-summary", "datasets"].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      );
    },
  });
}
