import { useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useAction } from "../../ui/useAction";

/** Lets a voice use another of its checkpoints. */
export function useChoose(voice: Pick<Voice, "id">) {
  const client = useQueryClient();
  return useAction({
    mutationFn: (checkpoint: string) => api.chooseCheckpoint(voice.id, checkpoint),
    onSuccess: async (changed) => {
      client.setQueryData(["voice", voice.id], changed);
      await Promise.all(
        [["checkpoints", voice.id], ["voices"]].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
}
