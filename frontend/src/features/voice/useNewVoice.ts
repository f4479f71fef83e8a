import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../../api/calls";
import { useConsentStatement } from "../../api/queries";
import type { Job, TrainParams, Voice } from "../../api/types";
import type { Key } from "../../i18n";
import { useAction } from "../../ui/useAction";
import { defaultsOf, type KnobValue, type KnobValues, TRAIN_KNOBS } from "../knobs";

export interface Consent {
  agreed: boolean;
  singer: string;
  scope: "own" | "licensed";
}

interface Values {
  dataset: string;
  name: string;
  consent: Consent;
  params: KnobValues;
}

function missingIn(values: Values, named: boolean, consented: boolean): Key | null {
  if (!values.dataset) return "missingDataset";
  if (!named && !values.name.trim()) return "missingName";
  if (!consented && !values.consent.singer.trim()) return "missingSinger";
  if (!consented && !values.consent.agreed) return "missingConsent";
  return null;
}

/**
 * The form of a new voice. Starting makes the voice, records the consent and starts the training;
 * what an interrupted start made already is used again and not made twice.
 */
export function useNewVoice(
  search: { dataset?: string },
  known: Voice | undefined,
  onStarted: (job: Job) => unknown,
) {
  const client = useQueryClient();
  const statement = useConsentStatement();
  const [made, setMade] = useState<Voice>();
  const key = useRef(crypto.randomUUID());
  const [values, setValues] = useState<Values>({
    dataset: search.dataset ?? "",
    name: "",
    consent: { agreed: false, singer: "", scope: "own" },
    params: defaultsOf(TRAIN_KNOBS),
  });
  const base = made ?? known;
  const hasConsent = Boolean(base?.consent && !base.consent.revoked_at);

  const start = useAction({
    mutationFn: async () => {
      let voice = base ?? (await api.createVoice(values.name.trim()));
      setMade(voice);
      if (!voice.consent || voice.consent.revoked_at) {
        await api.giveConsent(voice.id, {
          statement_version: statement.data?.version ?? "",
          singer_name: values.consent.singer.trim(),
          scope: values.consent.scope,
          agreed: values.consent.agreed,
        });
        voice = await api.voice(voice.id);
        setMade(voice);
      }
      const params = values.params as unknown as TrainParams;
      return api.startTraining(voice.id, values.dataset, params, key.current);
    },
    onSuccess: async (job) => {
      client.setQueryData(["job", job.id], job);
      void client.invalidateQueries({ queryKey: ["voices"] });
      void client.invalidateQueries({ queryKey: ["jobs"] });
      void client.invalidateQueries({ queryKey: ["credits"] });
      await onStarted(job);
    },
    // A refused start may be mended and sent again: that is another request.
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });

  return {
    values,
    /** The voice that is there already: its name is given. */
    voice: base,
    hasConsent,
    missing: missingIn(values, base !== undefined, hasConsent),
    busy: start.isPending,
    set: (change: Partial<Values>) => setValues((old) => ({ ...old, ...change })),
    setParam: (name: string, value: KnobValue) =>
      setValues((old) => ({ ...old, params: { ...old.params, [name]: value } })),
    start: () => start.mutate(),
  };
}
