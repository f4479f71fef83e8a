import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, type Singers, type SungKind } from "../../api/calls";
import { useVoices } from "../../api/queries";
import type {
  BlendPart,
  ConvertParams,
  CoverParams,
  Job,
  JobBatch,
  QuoteAsk,
} from "../../api/types";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { CONVERT_KNOBS, COVER_KNOBS, type KnobValue, type KnobValues, valuesOf } from "../knobs";
import { changesOf, isPreset, knobsOfKind, singersAskedOf, withPreset } from "../settings";
import type { Mode } from "./ModeChoice";
import { useNamedSettings } from "./PresetPart";

interface Values {
  mode: Mode;
  songs: ReadonlySet<string>;
  voice: string;
  blend: BlendPart[];
  /** Further voices and presets that the songs are made with too, each by itself. */
  others: ReadonlySet<string>;
  presets: ReadonlySet<string>;
  /** A stem of backing vocals; counts only where one whole song was chosen. */
  backing: string;
  /** What was set otherwise than at first; each mode has its own defaults. */
  changes: KnobValues;
}

export interface ConvertSearch {
  voice?: string;
  file?: string;
  mode?: "song";
  /** A job to be made again with other settings. */
  job?: string;
  lead_db?: number;
  instrumental_db?: number;
}

const NONE = { others: new Set<string>(), presets: new Set<string>() };

/** What the form begins with: a job's song, singers and settings, or what the address names. */
function startOf(search: ConvertSearch, job: Job | undefined, only: string): Values {
  if (job && (job.kind === "convert" || job.kind === "cover")) {
    const { lead_db, instrumental_db } = search;
    const levels = Object.entries({ lead_db, instrumental_db }).filter(
      ([, db]) => db !== undefined,
    );
    return {
      ...NONE,
      ...singersAskedOf(job),
      mode: job.kind === "cover" ? "song" : "vocal",
      songs: new Set(job.source ? [job.source.id] : []),
      backing: job.backing?.id ?? "",
      changes: {
        ...changesOf(knobsOfKind(job.kind), job.params),
        ...(Object.fromEntries(levels) as KnobValues),
      },
    };
  }
  return {
    ...NONE,
    mode: search.mode ?? "vocal",
    songs: new Set(search.file?.split(",")),
    voice: search.voice ?? only,
    blend: [],
    backing: "",
    changes: {},
  };
}

/** The form of conversions or covers: songs, voices, settings; several of the latter make a grid. */
export function useConvert(
  search: ConvertSearch,
  job: Job | undefined,
  onStarted: (started: JobBatch) => unknown,
) {
  const client = useQueryClient();
  const voices = useVoices();
  const key = useRef(crypto.randomUUID());
  const ready = voices.data?.filter((voice) => voice.state === "ready") ?? [];
  const only = ready.length === 1 ? (ready[0]?.id ?? "") : "";
  const [values, setValues] = useState<Values>(() => startOf(search, job, only));
  const kind: SungKind = values.mode === "song" ? "cover" : "convert";
  const knobs = values.mode === "song" ? COVER_KNOBS : CONVERT_KNOBS;
  const named = useNamedSettings(kind);
  const params = valuesOf(knobs, values.changes);
  const files = [...values.songs];
  const first: Singers = { voice: values.voice, blend: values.blend };
  const others = [...values.others].filter((id) => id !== values.voice);
  const singers = [first, ...others.map((voice) => ({ voice, blend: [] }))];
  const otherPresets = named.filter((one) => !isPreset(knobs, values.changes, one.settings));
  const further = otherPresets.filter(({ id }) => values.presets.has(id));
  const settings = [
    params,
    ...further.map((one) => valuesOf(knobs, withPreset(values.changes, one.settings))),
  ];
  const isGrid = singers.length * settings.length > 1;
  const backing =
    values.mode === "song" && values.songs.size === 1 && !isGrid ? values.backing : "";
  const request = isGrid
    ? { files, singers, settings }
    : { ...first, files, params, ...(kind === "cover" && { backing: backing || null }) };
  const start = useAction({
    mutationFn: () => {
      if (isGrid) {
        const grid = { files, singers };
        return kind === "cover"
          ? api.startCoverGrid(
              { ...grid, settings: settings as unknown as CoverParams[] },
              key.current,
            )
          : api.startConversionGrid(
              { ...grid, settings: settings as unknown as ConvertParams[] },
              key.current,
            );
      }
      if (kind === "convert") {
        return api.startConversions(first, files, params as unknown as ConvertParams, key.current);
      }
      const wanted = params as unknown as CoverParams;
      return api.startCovers(first, files, backing || null, wanted, key.current);
    },
    onSuccess: async (started) => {
      noteStarted(client, started.jobs);
      await onStarted(started);
    },
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
  return {
    values,
    kind,
    knobs,
    /** The presets that would make another column than the settings as they stand. */
    furtherPresets: otherPresets,
    /** What the server is asked for a quote of. */
    ask: { start: isGrid ? `${kind}-grid` : kind, request } as QuoteAsk,
    params,
    backing,
    sides: { songs: files.length, voices: singers.length, settings: settings.length },
    voice: ready.find((one) => one.id === values.voice),
    busy: start.isPending,
    set: (change: Partial<Values>) => setValues((old) => ({ ...old, ...change })),
    setParam: (name: string, value: KnobValue) =>
      setValues((old) => ({ ...old, changes: { ...old.changes, [name]: value } })),
    takePreset: (wanted: KnobValues) =>
      setValues((old) => ({ ...old, changes: withPreset(old.changes, wanted) })),
    start: () => start.mutate(),
  };
}
