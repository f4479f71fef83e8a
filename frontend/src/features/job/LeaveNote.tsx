import { DoorOpen } from "lucide-react";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { isFinished } from "../../live/fresh";
import { MailSwitch } from "../notices/MailSwitch";
import { NoticesButton } from "../notices/NoticesButton";

/** Nobody has to stay: the training goes on, and the studio tells when it is over. */
export function LeaveNote({ job }: { job: Job }) {
  const { t } = useI18n();
  if (job.kind !== "train" || isFinished(job)) return null;
  return (
    <section
      aria-labelledby="leave"
      className="card grid gap-4 p-5 sm:p-6 md:grid-cols-[minmax(0,1fr)_22rem] md:items-center md:gap-10"
    >
      <div className="flex items-start gap-4">
        <DoorOpen aria-hidden className="mt-0.5 size-6 shrink-0 text-violet-soft" />
        <div className="grid justify-items-start gap-3">
          <div className="grid gap-0.5">
            <h2 id="leave" className="font-bold">
              {t("leaveNoteTitle")}
            </h2>
            <p className="text-sm text-muted">{t("leaveNoteText")}</p>
          </div>
          <NoticesButton />
        </div>
      </div>
      <MailSwitch />
    </section>
  );
}
