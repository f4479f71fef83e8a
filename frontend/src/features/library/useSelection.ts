import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import type { AudioFile } from "../../api/types";

type Selection = ReadonlyMap<string, AudioFile>;

/** The ticked files, which stay ticked while a search or a filter hides them. */
export function useSelection() {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Selection>(new Map());
  const choose = useCallback(
    (file: AudioFile, on: boolean) => setChosen((old) => withFile(old, file, on)),
    [],
  );
  useEffect(
    () =>
      client.getQueryCache().subscribe(({ type, query }) => {
        if (type !== "updated" || query.queryKey[0] !== "file") return;
        const file = query.state.data as AudioFile | undefined;
        if (file?.state === "deleted") choose(file, false);
      }),
    [client, choose],
  );
  const clear = useCallback(() => setChosen(new Map()), []);
  return { chosen, choose, clear };
}

function withFile(chosen: Selection, file: AudioFile, on: boolean): Selection {
  if (chosen.has(file.id) === on) return chosen;
  const next = new Map(chosen);
  if (on) next.set(file.id, file);
  else next.delete(file.id);
  return next;
}
