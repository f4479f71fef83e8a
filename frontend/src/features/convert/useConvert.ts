import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, type Singers } from "../../api/calls";
import { useVoices } from "../../api/queries";
import type { BlendPart, ConvertParams, CoverParams, JobBatch, QuoteAsk } from "../../api/types";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { CONVERT_KNOBS, COVER_KNOBS, type KnobValue, type KnobValues, valuesOf } from "../knobs";
import type { Mode } from "./ModeChoice";

interface Values {
  mode: Mode;
  songs: ReadonlySet<string>;
  voice: string;
  blend: BlendPart[];
  /** A stem of backing vocals; counts only where one whole song was chosen. */
  backing: string;
  /** What was set otherwise than at first; each mode has its own defaults. */
  changes: KnobValues;
}

/** The form of a conversion or a cover: some songs, one voice or a blend, the knobs. */
export function useConvert(
  search: { voice?: string; file?: string; mode?: "song" },
  onStarted: (started: JobBatch) => unknown,
) {
  const client = useQueryClient();
  const voices = useVoices();
  const key = useRef(crypto.randomUUID());
  const ready = voices.data?.filter((voice) => voice.state === "ready") ?? [];
  const [values, setValues] = useState<Values>({
    mode: search.mode ?? "vocal",
    songs: new Set(search.file?.split(",")),
    voice: search.voice ?? (ready.length === 1 ? (ready[0]?.id ?? "") : ""),
    blend: [],
    backing: "",
    changes: {},
  });
  const knobs = values.mode === "song" ? COVER_KNOBS : CONVERT_KNOBS;
  const params = valuesOf(knobs, values.changes);
  const backing = values.mode === "song" && values.songs.size === 1 ? values.backing : "";
  const start = useAction({
    mutationFn: () => {
      const singers: Singers = { voice: values.voice, blend: values.blend };
      const songs = [...values.songs];
      if (values.mode === "vocal") {
        return api.startConversions(
          singers,
          songs,
          params as unknown as ConvertParams,
          key.current,
        );
      }
      const wanted = params as unknown as CoverParams;
      return api.startCovers(singers, songs, backing || null, wanted, key.current);
    },
    onSuccess: async (started) => {
      noteStarted(client, started.jobs);
      await onStarted(started);
    },
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
  const files = [...values.songs];
  const request =
    values.mode === "vocal"
      ? { voice: values.voice, blend: values.blend, files, params }
      : { voice: values.voice, blend: values.blend, files, params, backing: backing || null };
  return {
    values,
    knobs,
    /** What the server is asked for a quote of. */
    ask: { start: values.mode === "song" ? "cover" : "convert", request } satisfies QuoteAsk,
    params,
    backing,
    voice: ready.find((one) => one.id === values.voice),
    busy: start.isPending,
    set: (change: Partial<Values>) => setValues((old) => ({ ...old, ...change })),
    setParam: (name: string, value: KnobValue) =>
      setValues((old) => ({ ...old, changes: { ...old.changes, [name]: value } })),
    start: () => start.mutate(),
  };
}
