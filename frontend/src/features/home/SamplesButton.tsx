import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Sparkles } from "lucide-react";
import { api } from "../../api/calls";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";

/** Puts recordings of ours into the library and goes on to the first voice with them. */
export function SamplesButton() {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const begin = useAction({
    mutationFn: api.addSamples,
    onSuccess: async (dataset) => {
      for (const key of ["files", "datasets", "credits"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      notify.success(t("samplesAdded"));
      await navigate({ to: "/voices/new", search: { dataset: dataset.id } });
    },
  });
  return (
    <Button
      busy={begin.isPending}
      icon={<Sparkles aria-hidden className="size-4.5" />}
      onClick={() => begin.mutate()}
    >
      {t("beginWithSamples")}
    </Button>
  );
}
