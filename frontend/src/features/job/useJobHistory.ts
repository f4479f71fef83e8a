import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../../api/calls";
import type { Job, JobEvent } from "../../api/types";
import { isFinished } from "../../live/fresh";

const READ_EVERY_MS = 2_000;
const FINISHED_AGAIN_MS = 3_000;

/** The events of a job so far; while it runs, only what is new is fetched. */
export function useJobHistory(job: Job): JobEvent[] {
  const client = useQueryClient();
  const key = ["job-events", job.id];
  const finished = isFinished(job);
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => readOn(job.id, client.getQueryData<JobEvent[]>(key) ?? []),
    refetchInterval: finished ? false : READ_EVERY_MS,
    structuralSharing: false,
  });
  useEffect(() => {
    if (!finished) return undefined;
    // The last lines may be written just after the state.
    const timer = setTimeout(
      () => void client.invalidateQueries({ queryKey: ["job-events", job.id] }),
      FINISHED_AGAIN_MS,
    );
    return () => clearTimeout(timer);
  }, [finished, client, job.id]);
  return data ?? [];
}

async function readOn(id: string, known: JobEvent[]): Promise<JobEvent[]> {
  let all = known;
  for (;;) {
    const { results } = await api.jobEvents(id, all.at(-1)?.id);
    const last = all.at(-1)?.id ?? 0;
    const fresh = results.filter((event) => event.id > last);
    if (fresh.length === 0) return all;
    all = [...all, ...fresh];
  }
}
