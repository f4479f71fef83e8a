import {
  CircleAlert,
  Hourglass,
  ListOrdered,
  type LucideIcon,
  RotateCw,
  Server,
} from "lucide-react";

import type { Job } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { formatSpan } from "../../i18n/format";
import { useNow } from "../../ui/useNow";

type Waiting = NonNullable<Job["waiting"]>;

const TEXTS: Record<Waiting, { title: Key; text: Key; icon: LucideIcon }> = {
  turn: { title: "waitTurn", text: "waitTurnText", icon: ListOrdered },
  plan: { title: "waitPlan", text: "waitPlanText", icon: ListOrdered },
  pause: { title: "waitPause", text: "waitPauseText", icon: RotateCw },
  held: { title: "waitHeld", text: "waitHeldText", icon: CircleAlert },
  gpu: { title: "waitGpu", text: "waitGpuText", icon: Server },
  start: { title: "waitStart", text: "waitStartText", icon: Hourglass },
};

/** Why nothing happens yet, how long for, and at which place in the line. */
export function WaitingNote({ job, waiting }: { job: Job; waiting: Waiting }) {
  const { t, language } = useI18n();
  const now = useNow(1000);
  const { title, text, icon: Icon } = TEXTS[waiting];
  const seconds = Math.max(0, (now - Date.parse(job.created_at)) / 1000);
  return (
    <div className="flex min-h-14 items-start gap-4">
      <span className="grid size-12 shrink-0 place-items-center rounded-2xl bg-violet/15 text-violet-soft ring-1 ring-violet/30">
        <Icon aria-hidden className="size-6 animate-pulse-soft" />
      </span>
      <div className="grid min-w-0 gap-0.5">
        <p role="status" className="font-semibold">
          {waiting === "turn" && job.queue_position
            ? t("queuePlace", { place: job.queue_position })
            : t(title)}
        </p>
        <p className="text-sm text-muted">{t(text)}</p>
        <p className="text-sm text-faint tabular-nums">
          {t("waitedFor", { span: formatSpan(seconds, language) })}
        </p>
      </div>
    </div>
  );
}
