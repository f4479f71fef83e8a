import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, type ConsentForm } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { send } from "./send";

export interface Files {
  model: File;
  index: File | null;
}

/** Makes a voice, records its consent, sends the files and has them checked. */
export function useImport() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [sent, setSent] = useState(0);
  const made = useRef<Voice>(undefined);
  const leaving = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    leaving.current = controller;
    return () => controller.abort();
  }, []);
  const start = useAction({
    mutationFn: async (wanted: { name: string; consent: ConsentForm } & Files) => {
      const { model, index } = wanted;
      // What an attempt that failed has made is used again.
      made.current ??= await api.createVoice(wanted.name);
      const voice = made.current;
      await api.giveConsent(voice.id, wanted.consent);
      const links = await api.importLinks(voice.id, model.size, index?.size);
      const { signal } = leaving.current;
      setSent(0);
      await send(links.model, model, setSent, signal);
      if (index && links.index) {
        await send(links.index, index, (bytes) => setSent(model.size + bytes), signal);
      }
      return api.startImport(voice.id, links.upload, index !== null);
    },
    onSuccess: async (job) => {
      noteStarted(client, [job]);
      void client.invalidateQueries({ queryKey: ["voices"] });
      await navigate({ to: "/jobs/$jobId", params: { jobId: job.id } });
    },
  });
  return { start, sent, named: made.current !== undefined };
}
