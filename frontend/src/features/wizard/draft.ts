/** A voice that somebody is about to make: kept in the tab, so that no reload loses it. */
import { useCallback, useEffect, useState } from "react";
import type { Voice } from "../../api/types";
import { defaultsOf, type KnobValue, type KnobValues, TRAIN_KNOBS } from "../knobs";

export interface Consent {
  singer: string;
  scope: "own" | "licensed";
  /** The version of the statement that was ticked; another one has to be agreed to anew. */
  agreedTo: string;
}

export interface Draft {
  name: string;
  consent: Consent;
  source: "files" | "dataset";
  /** The dataset to train on; what the chosen files became is one too. */
  dataset: string;
  files: string[];
  /** The dataset that the chosen files were put into. */
  made: string;
  /** The voice that a start which was interrupted has made. */
  voice: string;
  params: KnobValues;
  /** Knobs that were set by hand. */
  touched: string[];
}

export function emptyDraft(): Draft {
  return {
    name: "",
    consent: { singer: "", scope: "own", agreedTo: "" },
    source: "files",
    dataset: "",
    files: [],
    made: "",
    voice: "",
    params: defaultsOf(TRAIN_KNOBS),
    touched: [],
  };
}

/** Where a voice's id would stand, of one that is not made yet. */
export const NEW_VOICE = "new";

const keyOf = (voice: string | undefined) => `voice-studio.draft.${voice ?? NEW_VOICE}`;

/** What was kept, with what a newer version of the page knows besides; nonsense is forgotten. */
export function readDraft(text: string | null): Draft {
  const empty = emptyDraft();
  if (!text) return empty;
  try {
    const kept = JSON.parse(text) as Partial<Draft>;
    return {
      ...empty,
      ...kept,
      consent: { ...empty.consent, ...kept.consent },
      params: { ...empty.params, ...kept.params },
    };
  } catch {
    return empty;
  }
}

/** The draft with one more file to learn from, chosen as the others are. */
export function withFile(draft: Draft, file: string): Draft {
  return { ...draft, source: "files", files: [...new Set([...draft.files, file])] };
}

const ADDED = "voice-studio.draft-added";

/** Adds a file to the draft of a voice (or of `NEW_VOICE`), whether its page is open by now or not. */
export function addToDraft(voice: string, file: string): void {
  const key = keyOf(voice);
  sessionStorage.setItem(
    key,
    JSON.stringify(withFile(readDraft(sessionStorage.getItem(key)), file)),
  );
  dispatchEvent(new CustomEvent(ADDED, { detail: key }));
}

const MOST_PREVIEWS = 50;

/** A phrase at every checkpoint, unless the customer has asked for another number of them. */
export function trainParams({ params, touched }: Pick<Draft, "params" | "touched">): KnobValues {
  if (touched.includes("previews")) return params;
  const checkpoints = Math.floor(Number(params.total_steps) / Number(params.checkpoint_every));
  if (!Number.isFinite(checkpoints) || checkpoints < 1) return params;
  return { ...params, previews: Math.min(checkpoints, MOST_PREVIEWS) };
}

export interface Wizard {
  draft: Draft;
  /** The voice that is there already: its name, and perhaps its consent, are given. */
  known: Voice | undefined;
  change: (change: Partial<Draft>) => void;
  setParams: (change: KnobValues) => void;
  forget: () => void;
}

export function useDraft(known: Voice | undefined, dataset: string | undefined): Wizard {
  const key = keyOf(known?.id);
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = readDraft(sessionStorage.getItem(key));
    return dataset ? { ...kept, source: "dataset", dataset } : kept;
  });
  const update = useCallback(
    (next: (old: Draft) => Draft) =>
      setDraft((old) => {
        const fresh = next(old);
        sessionStorage.setItem(key, JSON.stringify(fresh));
        return fresh;
      }),
    [key],
  );
  useEffect(() => {
    const read = (event: Event) => {
      if ((event as CustomEvent<string>).detail === key) {
        setDraft(readDraft(sessionStorage.getItem(key)));
      }
    };
    addEventListener(ADDED, read);
    return () => removeEventListener(ADDED, read);
  }, [key]);
  const change = useCallback(
    (change: Partial<Draft>) => update((old) => ({ ...old, ...change })),
    [update],
  );
  const setParams = useCallback(
    (change: Record<string, KnobValue>) =>
      update((old) => ({
        ...old,
        params: { ...old.params, ...change },
        touched: [...new Set([...old.touched, ...Object.keys(change)])],
      })),
    [update],
  );
  const forget = useCallback(() => sessionStorage.removeItem(key), [key]);
  return { draft, known, change, setParams, forget };
}
