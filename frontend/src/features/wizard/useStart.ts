import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { api } from "../../api/calls";
import type { TrainParams, Voice } from "../../api/types";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { trainParams, type Wizard } from "./draft";
import { hasConsent } from "./steps";

/** Makes a dataset of the chosen files, or brings the one that was made of them up to date. */
export function useDatasetOfFiles({ draft, known, change }: Wizard, onDone: () => unknown) {
  const client = useQueryClient();
  return useAction({
    mutationFn: () =>
      draft.made
        ? api.updateDataset(draft.made, { file_ids: draft.files })
        : api.createDataset((known?.name ?? draft.name).trim(), draft.files),
    onSuccess: async (dataset) => {
      change({ made: dataset.id, dataset: dataset.id });
      client.setQueryData(["datasets", dataset.id], dataset);
      await client.invalidateQueries({ queryKey: ["datasets"] });
      await onDone();
    },
    // The one that was made may be gone: then the next try makes another.
    onError: () => change({ made: "" }),
  });
}

/**
 * Makes the voice, records the consent and starts the training; what an interrupted start made
 * already is used again and not made twice.
 */
export function useStart({ draft, known, change, forget }: Wizard) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = useRef(crypto.randomUUID());
  async function voiceToTrain(): Promise<Voice> {
    if (known) return known;
    if (draft.voice) return api.voice(draft.voice);
    const made = await api.createVoice(draft.name.trim());
    change({ voice: made.id });
    return made;
  }
  return useAction({
    mutationFn: async () => {
      const voice = await voiceToTrain();
      if (!hasConsent(voice)) {
        await api.giveConsent(voice.id, {
          statement_version: draft.consent.agreedTo,
          singer_name: draft.consent.singer.trim(),
          scope: draft.consent.scope,
          agreed: draft.consent.agreedTo !== "",
        });
      }
      const params = trainParams(draft) as unknown as TrainParams;
      return api.startTraining(voice.id, draft.dataset, params, key.current);
    },
    onSuccess: async (job) => {
      forget();
      noteStarted(client, [job]);
      void client.invalidateQueries({ queryKey: ["voices"] });
      await navigate({ to: "/jobs/$jobId", params: { jobId: job.id } });
    },
    // A refused start may be mended and sent again: that is another request.
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
}
