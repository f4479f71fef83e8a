import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import type { AudioFile } from "../../api/types";

type Selection = ReadonlyMap<string, AudioFile>;

/** The ticked files, which stay ticked while a search or a filter hides them. */
export function useSelection() {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Selection>(new Map());
  const choose = useCallback(
    (files: AudioFile[], on: boolean) => setChosen((old) => withFiles(old, files, on)),
    [],
  );
  useEffect(
    () =>
      client.getQueryCache().subscribe(({ type, query }) => {
        if (type !== "updated" || query.queryKey[0] !== "file") return;
        const file = query.state.data as AudioFile | undefined;
        if (file?.state === "deleted" || file?.state === "trashed") choose([file], false);
      }),
    [client, choose],
  );
  const clear = useCallback(() => setChosen(new Map()), []);
  return { chosen, choose, clear };
}

function withFiles(chosen: Selection, files: AudioFile[], on: boolean): Selection {
  const changed = files.filter((file) => chosen.has(file.id) !== on);
  if (changed.length === 0) return chosen;
  const next = new Map(chosen);
  for (const file of changed) {
    if (on) next.set(file.id, file);
    else next.delete(file.id);
  }
  return next;
}
