import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../../api/calls";
import { useVoices } from "../../api/queries";
import type { ConvertParams, Job } from "../../api/types";
import { useAction } from "../../ui/useAction";
import { CONVERT_KNOBS, defaultsOf, type KnobValue, type KnobValues } from "../knobs";

interface Values {
  songs: ReadonlySet<string>;
  voice: string;
  params: KnobValues;
}

/** The form of a conversion: some songs, one voice, the knobs. */
export function useConvert(
  search: { voice?: string; file?: string },
  onStarted: (jobs: Job[]) => unknown,
) {
  const client = useQueryClient();
  const voices = useVoices();
  const key = useRef(crypto.randomUUID());
  const ready = voices.data?.filter((voice) => voice.state === "ready") ?? [];
  const [values, setValues] = useState<Values>({
    songs: new Set(search.file ? [search.file] : []),
    voice: search.voice ?? (ready.length === 1 ? (ready[0]?.id ?? "") : ""),
    params: defaultsOf(CONVERT_KNOBS),
  });
  const start = useAction({
    mutationFn: () => {
      const params = values.params as unknown as ConvertParams;
      return api.startConversions(values.voice, [...values.songs], params, key.current);
    },
    onSuccess: async ({ jobs }) => {
      for (const job of jobs) client.setQueryData(["job", job.id], job);
      void client.invalidateQueries({ queryKey: ["jobs"] });
      void client.invalidateQueries({ queryKey: ["credits"] });
      await onStarted(jobs);
    },
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
  return {
    values,
    busy: start.isPending,
    set: (change: Partial<Values>) => setValues((old) => ({ ...old, ...change })),
    setParam: (name: string, value: KnobValue) =>
      setValues((old) => ({ ...old, params: { ...old.params, [name]: value } })),
    start: () => start.mutate(),
  };
}
