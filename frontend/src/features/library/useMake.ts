import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { api } from "../../api/calls";
import type { JobBatch, PreprocessParams, SeparateParams } from "../../api/types";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { type Knob, type KnobValues, PREPROCESS_KNOBS, SEPARATE_KNOBS } from "../knobs";

/** What can be made of recordings without a voice. */
export type Make = "separate" | "preprocess";

export const MAKE_KNOBS: Record<Make, Knob[]> = {
  separate: SEPARATE_KNOBS,
  preprocess: PREPROCESS_KNOBS,
};

function startOf(make: Make, files: string[], params: KnobValues, key: string): Promise<JobBatch> {
  return make === "separate"
    ? api.startSeparations(files, params as unknown as SeparateParams, key)
    : api.startPreprocess(files, params as unknown as PreprocessParams, key);
}

/** Starts it for these files, one job each; `stay` leaves the page as it is. */
export function useMake(make: Make, files: string[], { stay = false, onStarted = () => {} } = {}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = useRef(crypto.randomUUID());
  return useAction({
    mutationFn: (params: KnobValues) => startOf(make, files, params, key.current),
    onSuccess: async ({ batch, jobs }) => {
      key.current = crypto.randomUUID();
      noteStarted(client, jobs);
      onStarted();
      const [job] = jobs;
      if (stay || !job) return;
      await (jobs.length === 1
        ? navigate({ to: "/jobs/$jobId", params: { jobId: job.id } })
        : navigate({ to: "/batches/$batchId", params: { batchId: batch } }));
    },
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
}
