import { api } from "../../api/calls";
import { useVoiceTags } from "../../api/queries";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { TagEditor } from "../../ui/TagEditor";
import { useVoiceChange } from "./useVoiceChange";

/** As the API has them. */
const MOST = 10;
const LONGEST = 30;

export function VoiceTags({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const known = useVoiceTags().data?.map(({ tag }) => tag);
  const change = useVoiceChange((tags: string[]) => api.changeVoice(voice.id, { tags }));
  return (
    <TagEditor
      label={t("tags")}
      tags={change.isPending ? change.variables : voice.tags}
      known={known}
      most={MOST}
      longest={LONGEST}
      onChange={(tags) => change.mutate(tags)}
    />
  );
}
