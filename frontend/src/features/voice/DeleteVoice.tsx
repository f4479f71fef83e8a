import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Check, Trash2 } from "lucide-react";
import { api } from "../../api/calls";
import { useRemoval } from "../../api/queries";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatNumber, formatSize } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { AlertFrame } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";

interface Props {
  voice: Voice;
  open: boolean;
  onClose: () => void;
}

/** Asks before a voice is deleted, and says what goes and what stays. */
export function DeleteVoice({ voice, open, onClose }: Props) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const removal = useRemoval(voice.id, open).data;
  const remove = useAction({
    mutationFn: () => api.deleteVoice(voice.id),
    onSuccess: async () => {
      onClose();
      await navigate({ to: "/voices" });
      await Promise.all(
        [["voices"], ["voice-tags"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
  const gone = removal && [
    removal.bytes > 0 && t("goesModel", { size: formatSize(removal.bytes) }),
    removal.checkpoints > 0 && t("goesCheckpoints", { count: formatNumber(removal.checkpoints) }),
    removal.previews > 0 && t("goesPreviews", { count: formatNumber(removal.previews) }),
    (voice.picture !== null || voice.demo !== null) && t("goesPage"),
    removal.active_jobs > 0 && t("goesJobs", { count: formatNumber(removal.active_jobs) }),
  ];
  const kept = removal && [
    removal.kept_results > 0 && t("staysResults", { count: formatNumber(removal.kept_results) }),
    t("staysDatasets"),
    voice.consent !== null && t("staysConsent"),
  ];
  return (
    <AlertFrame
      open={open}
      onClose={onClose}
      title={t("deleteVoiceTitle")}
      description={t("deleteVoiceText", { name: voice.name })}
    >
      <div className="mt-5 grid min-h-40 content-start gap-4">
        <Lines label={t("whatGoes")} lines={gone} gone />
        <Lines label={t("whatStays")} lines={kept} />
      </div>
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <AlertDialog.Close render={<Button>{t("keep")}</Button>} />
        <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          {t("remove")}
        </Button>
      </div>
    </AlertFrame>
  );
}

interface LinesProps {
  label: string;
  lines: (string | false)[] | undefined;
  gone?: boolean;
}

function Lines({ label, lines, gone }: LinesProps) {
  const said = lines?.filter((line) => line !== false) ?? [];
  if (said.length === 0) return null;
  const Icon = gone ? Trash2 : Check;
  return (
    <div className="grid gap-1.5">
      <h3 className="text-sm font-semibold text-muted">{label}</h3>
      <ul aria-label={label} className="grid gap-1.5 text-sm">
        {said.map((line) => (
          <li key={line} className="flex items-start gap-2.5">
            <Icon
              aria-hidden
              className={`mt-0.5 size-4 shrink-0 ${gone ? "text-bad" : "text-good"}`}
            />
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}
