import { useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { type Track, usePlayer } from "../../player/PlayerProvider";
import { useAction } from "../../ui/useAction";

const keyOf = (voice: Pick<Voice, "id" | "demo">) => `demo/${voice.id}/${voice.demo}`;

/** Plays a voice's demo clip by a fresh link. */
export function useDemo(voice: Pick<Voice, "id" | "name" | "demo">) {
  const client = useQueryClient();
  const player = usePlayer();
  const key = keyOf(voice);
  const play = useAction({
    mutationFn: () =>
      client.fetchQuery({
        queryKey: ["demo", key],
        queryFn: () => api.demo(voice.id),
        staleTime: 30 * 60_000,
      }),
    onSuccess: ({ url, name }) => {
      const track: Track = { key, title: name, subtitle: voice.name, url };
      player.toggle(track);
    },
  });
  const current = player.track?.key === key;
  return {
    playing: current && player.playing,
    busy: play.isPending,
    toggle: () => (current && player.track ? player.toggle(player.track) : play.mutate()),
  };
}
