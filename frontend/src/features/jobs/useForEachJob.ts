import { useQueryClient } from "@tanstack/react-query";
import { errorText } from "../../api/errors";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyJob } from "../../live/fresh";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";

const AT_ONCE = 4;

/** Does one thing to several jobs, a few at a time; those that were refused are told together. */
export function useForEachJob(verb: (id: string) => Promise<Job>, onDone: (jobs: Job[]) => void) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  return useAction<unknown[], Job[]>({
    mutationFn: async (jobs) => {
      const waiting = [...jobs];
      const refusals: unknown[] = [];
      const work = async () => {
        for (let job = waiting.shift(); job; job = waiting.shift()) {
          await verb(job.id).then(
            (changed) => applyJob(client, changed),
            (error: unknown) => refusals.push(error),
          );
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return refusals;
    },
    onSuccess: ([first, ...others], jobs) => {
      if (first !== undefined) {
        const sentence = errorText(first, language);
        notify.error(
          others.length > 0 ? t("andOthers", { sentence, count: others.length }) : sentence,
        );
      }
      onDone(jobs);
    },
  });
}
