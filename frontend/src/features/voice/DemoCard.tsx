import { AudioLines } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/calls";
import { useJobs, usePreviews } from "../../api/queries";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber } from "../../i18n/format";
import { PlayButton } from "../../player/PlayButton";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { mainResults, makesSound } from "../jobText";
import { resultTrack } from "../resultTrack";
import { DemoButton } from "./DemoButton";
import { useVoiceChange } from "./useVoiceChange";

/** The clip by which a voice is heard first: a song that it sang, or a preview of its training. */
export function DemoCard({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const drop = useVoiceChange(() => api.dropDemo(voice.id));
  const choose = useVoiceChange(
    (wanted: Parameters<typeof api.chooseDemo>[1]) => api.chooseDemo(voice.id, wanted),
    () => setOpen(false),
  );
  if (voice.state !== "ready") return null;
  return (
    <section aria-labelledby="demo" className="card grid grid-cols-1 content-start gap-4 p-6">
      <h2 id="demo" className="flex items-center gap-2.5 text-lg font-bold">
        <AudioLines aria-hidden className="size-5 text-violet-soft" />
        {t("demo")}
      </h2>
      {voice.demo === null ? (
        <p className="text-sm text-muted">{t("demoNone")}</p>
      ) : (
        <div className="flex items-center gap-3">
          <DemoButton voice={voice} />
          <p className="min-w-0 flex-1 truncate font-medium">{voice.demo}</p>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setOpen(true)}>{t("demoChoose")}</Button>
        {voice.demo !== null && (
          <Button look="ghost" busy={drop.isPending} onClick={() => drop.mutate()}>
            {t("demoDrop")}
          </Button>
        )}
      </div>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={t("demoChoose")}
        description={t("demoText")}
      >
        <Clips voice={voice} busy={choose.isPending} onChoose={choose.mutate} />
      </Dialog>
    </section>
  );
}

interface ClipsProps {
  voice: Voice;
  busy: boolean;
  onChoose: (wanted: Parameters<typeof api.chooseDemo>[1]) => void;
}

function Clips({ voice, busy, onChoose }: ClipsProps) {
  const { t } = useI18n();
  const jobs = useJobs({ voice: voice.id, state: "succeeded" }).data ?? [];
  const training = voice.job_id ?? "";
  const previews = usePreviews({ id: training, kind: training ? "train" : "convert" }).data ?? [];
  const songs = jobs.filter(makesSound).flatMap((job) =>
    mainResults(job)
      .filter((file) => file.state === "ready")
      .map((file) => ({
        key: file.id,
        name: file.name,
        track: resultTrack(job, file),
        wanted: { file: file.id },
      })),
  );
  const phrases = previews
    .filter((preview) => preview.step > 0)
    .map((preview) => {
      const name = t("previewAt", { step: formatNumber(preview.step) });
      const key = `${training}/${preview.step}`;
      return {
        key,
        name,
        track: { key, title: name, subtitle: voice.name, url: preview.url },
        wanted: { job: training, step: preview.step },
      };
    });
  const clips = [...songs, ...phrases.reverse()];
  if (clips.length === 0) return <p className="text-muted">{t("demoNoClips")}</p>;
  return (
    <ul aria-label={t("demoClips")} className="divide-y divide-line">
      {clips.map(({ key, name, track, wanted }) => (
        <li key={key} className="flex items-center gap-3 py-2">
          <PlayButton track={track} />
          <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
          <Button
            size="small"
            disabled={busy}
            aria-label={t("demoTake", { name })}
            onClick={() => onChoose(wanted)}
          >
            {t("useThis")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
