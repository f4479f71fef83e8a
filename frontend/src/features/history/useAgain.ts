import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/calls";
import type {
  ConvertParams,
  CoverParams,
  Job,
  JobBatch,
  PreprocessParams,
  SeparateParams,
} from "../../api/types";
import { useAction } from "../../ui/useAction";
import { noteStarted } from "../job/noteStarted";
import { singersAskedOf } from "../settings";

/** The same once more: the same song, singers and settings, as a new job. */
function startAgain(job: Job): Promise<JobBatch> {
  const files = [job.source?.id ?? ""];
  const params: unknown = job.params;
  const key = crypto.randomUUID();
  switch (job.kind) {
    case "cover":
      return api.startCovers(
        singersAskedOf(job),
        files,
        job.backing?.id ?? null,
        params as CoverParams,
        key,
      );
    case "separate":
      return api.startSeparations(files, params as SeparateParams, key);
    case "preprocess":
      return api.startPreprocess(files, params as PreprocessParams, key);
    default:
      return api.startConversions(singersAskedOf(job), files, params as ConvertParams, key);
  }
}

/** Starts a job once more and goes to it. */
export function useAgain() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useAction({
    mutationFn: startAgain,
    onSuccess: async ({ jobs }) => {
      noteStarted(client, jobs);
      const [job] = jobs;
      if (job) await navigate({ to: "/jobs/$jobId", params: { jobId: job.id } });
    },
  });
}
