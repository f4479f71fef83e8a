import { History } from "lucide-react";
import { useCheckpoints } from "../../api/queries";
import type { Checkpoint, Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Failure, Skeleton } from "../../ui/states";
import { CompareTraining } from "../compare/CompareTraining";
import { useChoose } from "./useChoose";

/** The kept checkpoints, the best first, and the way to sing with another one. */
export function Checkpoints({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const checkpoints = useCheckpoints(voice);
  if (voice.checkpoints === 0) return null;
  return (
    <section aria-labelledby="checkpoints" className="card grid grid-cols-1 gap-4 p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="grid gap-1">
          <h2 id="checkpoints" className="flex items-center gap-2.5 text-lg font-bold">
            <History aria-hidden className="size-5 text-violet-soft" />
            {t("checkpoints")}
          </h2>
          <p className="text-sm text-faint">{t("checkpointsText")}</p>
        </div>
        {voice.job_id && <CompareTraining job={{ id: voice.job_id, kind: "train" }} />}
      </div>
      {checkpoints.error && (
        <Failure error={checkpoints.error} retry={() => void checkpoints.refetch()} />
      )}
      {checkpoints.isPending && <Skeleton rows={voice.checkpoints} height="h-14" />}
      <ul className="divide-y divide-line">
        {checkpoints.data?.map((one) => (
          <Row key={one.id} voice={voice} checkpoint={one} />
        ))}
      </ul>
    </section>
  );
}

function Row({ voice, checkpoint }: { voice: Voice; checkpoint: Checkpoint }) {
  const { t } = useI18n();
  const choose = useChoose(voice);
  const step = formatNumber(checkpoint.step);
  return (
    <li className="flex min-h-15 items-center gap-3 py-2">
      <span className="w-10 text-2xl font-bold tabular-nums">
        {Math.round(checkpoint.scores.quality)}
      </span>
      <p className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          {t("previewAt", { step })}
          {checkpoint.best && <Badge tone="good">{t("bestOne")}</Badge>}
        </span>
        <span className="text-sm text-faint tabular-nums">
          {[
            checkpoint.scores.speaker_similarity !== null &&
              `${t("partSimilarity")} ${checkpoint.scores.speaker_similarity.toFixed(2)}`,
            t("melIs", { value: checkpoint.scores.mel_distance.toFixed(2) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </p>
      {checkpoint.chosen ? (
        <Badge tone="violet">{t("inUse")}</Badge>
      ) : (
        <Button
          size="small"
          aria-label={t("useStep", { step })}
          busy={choose.isPending}
          disabled={voice.state !== "ready"}
          onClick={() => choose.mutate(checkpoint.id)}
        >
          {t("useThis")}
        </Button>
      )}
    </li>
  );
}
