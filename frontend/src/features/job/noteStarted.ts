import type { QueryClient } from "@tanstack/react-query";
import type { Job } from "../../api/types";

/** Puts jobs that were just started where the pages look for them. */
export function noteStarted(client: QueryClient, jobs: Job[]): void {
  for (const job of jobs) client.setQueryData(["job", job.id], job);
  for (const key of ["jobs", "credits"]) void client.invalidateQueries({ queryKey: [key] });
}
