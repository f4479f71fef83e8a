import type { AudioFile } from "../../api/types";
import { type Translate, useI18n } from "../../i18n";
import { formatClock, formatHertz, formatSize } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { STEM_LABELS } from "../jobText";

/** What is known of a sound, the most wanted first. */
export function factsOf(file: AudioFile, t: Translate): string {
  const facts = [
    file.duration_s != null && formatClock(file.duration_s),
    file.sample_rate && formatHertz(file.sample_rate),
    file.channels &&
      t(file.channels === 1 ? "mono" : file.channels === 2 ? "stereo" : "channels", {
        count: file.channels,
      }),
    file.loudness_lufs != null && `${file.loudness_lufs.toFixed(1)} LUFS`,
    formatSize(file.size),
  ];
  return facts.filter(Boolean).join(" · ");
}

/** What a file is, and its tags. */
export function FileBadges({ file }: { file: AudioFile }) {
  const { t } = useI18n();
  return (
    <>
      {file.ai_generated && <Badge tone="violet">{t("aiGenerated")}</Badge>}
      {file.stem && <Badge>{t(STEM_LABELS[file.stem])}</Badge>}
      {file.recorded && <Badge tone="good">{t("microphone")}</Badge>}
      {file.tags.map((tag) => (
        <Badge key={tag}>#{tag}</Badge>
      ))}
    </>
  );
}
