import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { isFinished } from "../../live/fresh";
import { useBrowserNotices } from "./browserNotices";

/** Tells of trainings that end while nobody looks at the studio. */
export function useEndNotices(): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { t } = useI18n();
  const on = useBrowserNotices() === "on";
  useEffect(() => {
    if (!on) return undefined;
    const running = new Set<string>();
    return client.getQueryCache().subscribe(({ type, query }) => {
      if (type !== "updated" || query.queryKey[0] !== "job") return;
      const job = query.state.data as Job | undefined;
      if (job?.kind !== "train") return;
      if (!isFinished(job)) running.add(job.id);
      else if (running.delete(job.id) && document.hidden && job.state !== "cancelled") {
        const done = job.state === "succeeded";
        const notice = new Notification(
          t(done ? "noticeDone" : "noticeFailed", { name: job.title }),
          { tag: job.id, icon: "/favicon.svg" },
        );
        notice.onclick = () => {
          window.focus();
          void navigate({ to: "/jobs/$jobId", params: { jobId: job.id } });
        };
      }
    });
  }, [client, navigate, on, t]);
}
