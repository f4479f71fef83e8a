import { Download, Package } from "lucide-react";
import { api } from "../../api/calls";
import type { Voice } from "../../api/types";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { useAction } from "../../ui/useAction";
import { saveLink } from "../useDownload";

/** The files that other RVC programs read. */
export function ExportCard({ voice }: { voice: Voice }) {
  const { t } = useI18n();
  const fetchFile = useAction({
    mutationFn: async (part: "model" | "index") => (await api.exportVoice(voice.id))[part],
    onSuccess: (file) => file && saveLink(file.url, file.filename),
  });
  const ready = voice.state === "ready";
  const revoked = voice.state === "disabled";
  return (
    <section aria-labelledby="export" className="card grid grid-cols-1 gap-4 p-6">
      <h2 id="export" className="flex items-center gap-2.5 text-lg font-bold">
        <Package aria-hidden className="size-5 text-violet-soft" />
        {t("exportTitle")}
      </h2>
      <p className="text-sm text-muted">
        {t(ready ? "exportText" : revoked ? "voiceDisabledText" : "exportLater")}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button
          disabled={!ready}
          busy={fetchFile.isPending && fetchFile.variables === "model"}
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => fetchFile.mutate("model")}
        >
          {t("exportModel")}
        </Button>
        <Button
          disabled={!ready || !voice.has_index}
          busy={fetchFile.isPending && fetchFile.variables === "index"}
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => fetchFile.mutate("index")}
        >
          {t("exportIndex")}
        </Button>
      </div>
    </section>
  );
}
