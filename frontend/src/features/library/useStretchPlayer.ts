import { useCallback, useEffect, useState } from "react";
import { api } from "../../api/calls";
import { usePlayer } from "../../player/PlayerProvider";
import { useAction } from "../../ui/useAction";
import type { Stretch } from "./stretch";

/** Plays a stretch of a file, from its start to its end; the studio's player pauses meanwhile. */
export function useStretchPlayer(fileId: string, { start, end }: Stretch) {
  const { audio: player } = usePlayer();
  const [audio] = useState(() => new Audio());
  const [playing, setPlaying] = useState(false);
  const load = useAction({ mutationFn: () => api.playLink(fileId) });

  useEffect(() => {
    const note = () => setPlaying(!audio.paused);
    audio.addEventListener("play", note);
    audio.addEventListener("pause", note);
    return () => {
      audio.removeEventListener("play", note);
      audio.removeEventListener("pause", note);
      audio.pause();
      audio.removeAttribute("src");
    };
  }, [audio]);

  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    const watch = () => {
      if (audio.currentTime >= end) audio.pause();
      frame = requestAnimationFrame(watch);
    };
    watch();
    return () => cancelAnimationFrame(frame);
  }, [audio, playing, end]);

  const { mutateAsync } = load;
  const toggle = useCallback(async () => {
    if (!audio.paused) {
      audio.pause();
      return;
    }
    if (!audio.getAttribute("src")) {
      try {
        audio.src = (await mutateAsync()).url;
      } catch {
        return; // told by a toast
      }
    }
    player.pause();
    audio.currentTime = start;
    await audio.play().catch(() => undefined);
  }, [audio, mutateAsync, player, start]);

  return { audio, playing, toggle: () => void toggle() };
}
