import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { Job } from "../api/types";
import { kindText } from "../features/jobText";
import { useI18n } from "../i18n";
import { notify } from "../ui/notify";
import { isFinished, type Message, type Pages } from "./fresh";

/**
 * Tells in a toast that a job has ended, with the way to it; to be called before the message is
 * applied. Jobs of a batch share one toast, which leads to the batch where it has more jobs than
 * this one; and who looks at the job sees it anyway.
 */
export function useTellEnds(): (message: Message) => void {
  const { t } = useI18n();
  const client = useQueryClient();
  const router = useRouter();
  return ({ type, data: job }) => {
    if (type !== "job") return;
    const known = knownJobs(client);
    const single = client.getQueryData<Job>(["job", job.id]);
    const before = single ?? known.find((one) => one.id === job.id);
    if (!endsNow(before?.state, job)) return;
    const isOneOfMany = known.some((one) => one.batch === job.batch && one.id !== job.id);
    const place =
      job.batch && isOneOfMany
        ? router.buildLocation({ to: "/batches/$batchId", params: { batchId: job.batch } })
        : router.buildLocation({ to: "/jobs/$jobId", params: { jobId: job.id } });
    if (router.state.location.pathname === place.pathname) return;
    const action = { label: t("see"), onClick: () => router.history.push(place.href) };
    const values = { name: job.title, kind: t(kindText(job.kind).label) };
    const id = job.batch ?? job.id;
    if (job.state === "failed") notify.error(t("endedBadly", values), action, id);
    else notify.success(t("endedWell", values), action, id);
  };
}

function knownJobs(client: QueryClient): Job[] {
  return client
    .getQueriesData<Pages<Job>>({ queryKey: ["jobs"] })
    .flatMap(([, lists]) => lists?.pages ?? [])
    .flatMap((page) => page.results);
}

/** Whether this is news: it ran when it was last seen, and nobody here asked for its end. */
export function endsNow(known: Job["state"] | undefined, { state }: Pick<Job, "state">): boolean {
  const ran = known !== undefined && !isFinished({ state: known });
  return ran && (state === "succeeded" || state === "failed");
}
