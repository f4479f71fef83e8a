import { useQueryClient } from "@tanstack/react-query";
import type { Voice } from "../../api/types";
import { useAction } from "../../ui/useAction";

/**
 * A change of a voice that is answered with the voice as it is then.
 * Several in a row go out one after the other, so that the last one stands.
 */
export function useVoiceChange<TVariables = void>(
  work: (input: TVariables) => Promise<Voice>,
  onDone: () => void = () => {},
) {
  const client = useQueryClient();
  return useAction({
    mutationFn: work,
    scope: { id: "voice" },
    onSuccess: async (changed) => {
      client.setQueryData(["voice", changed.id], changed);
      onDone();
      await Promise.all(
        [["voices"], ["voice-tags"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
}
