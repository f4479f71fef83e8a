import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { Stars } from "../../ui/Stars";
import { useVoiceChange } from "./useVoiceChange";

/** The customer's own stars, beside what was measured. */
export function Rating({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const rate = useVoiceChange((rating: number | null) => api.changeVoice(voice.id, { rating }));
  return (
    <div className="grid gap-1">
      <p className="text-sm font-medium text-muted">{t("ownRating")}</p>
      <Stars
        legend={t("ownRating")}
        value={rate.isPending ? rate.variables : voice.rating}
        onChange={(rating) => rate.mutate(rating)}
      />
      <p className="text-sm text-faint">{t("ownRatingText")}</p>
    </div>
  );
}
