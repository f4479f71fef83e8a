import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "../../api/calls";
import { useJobs } from "../../api/queries";
import type { Dataset, Job } from "../../api/types";
import { isFinished } from "../../live/fresh";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";

interface Analysis {
  /** The one that runs now. */
  running?: Job;
  /** The newest one, where it failed. */
  failed?: Job;
  busy: boolean;
  start: () => void;
}

/** The examination of a dataset: what runs, and the way to start one. */
export function useAnalysis(dataset: Pick<Dataset, "id">): Analysis {
  const client = useQueryClient();
  const key = useRef(crypto.randomUUID());
  const jobs = useJobs({ kind: "analyse" });
  const newest = jobs.data?.find((job) => job.source?.id === dataset.id);
  const start = useAction({
    mutationFn: () => api.startAnalysis(dataset.id, key.current),
    onSuccess: async (job) => {
      noteStarted(client, [job]);
      await client.invalidateQueries({ queryKey: ["jobs", { kind: "analyse" }] });
    },
    onSettled: () => {
      key.current = crypto.randomUUID();
    },
  });
  return {
    running: newest && !isFinished(newest) ? newest : undefined,
    failed: newest?.state === "failed" ? newest : undefined,
    busy: start.isPending,
    start: () => start.mutate(),
  };
}
