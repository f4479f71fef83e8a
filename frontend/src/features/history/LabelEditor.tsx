import { useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { api } from "../../api/calls";
import { useLabels } from "../../api/queries";
import type { Job } from "../../api/types";
import { useI18n } from "../../i18n";
import { applyJob } from "../../live/fresh";
import { useAction } from "../../ui/useAction";

/** A job's labels, each to be taken off, and a field for one more. */
export function LabelEditor({ job }: { job: Job }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const list = useId();
  const known = useLabels().data?.labels ?? [];
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState("");
  const save = useAction({
    mutationFn: (labels: string[]) => api.labelJob(job.id, labels),
    onSuccess: async (changed) => {
      applyJob(client, changed);
      await client.invalidateQueries({ queryKey: ["job-labels"] });
    },
  });
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const label = text.trim();
    if (label && !job.labels.includes(label)) save.mutate([...job.labels, label]);
    setText("");
    setAdding(false);
  }
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {job.labels.map((label) => (
        <span
          key={label}
          className="inline-flex items-center gap-1 rounded-full bg-violet/16 py-0.5 pr-1 pl-2.5 text-xs font-semibold text-violet-soft ring-1 ring-violet/35 ring-inset"
        >
          {label}
          <button
            type="button"
            aria-label={t("takeLabelOff", { label })}
            onClick={() => save.mutate(job.labels.filter((one) => one !== label))}
            className="grid size-5 place-items-center rounded-full hover:bg-white/10"
          >
            <X aria-hidden className="size-3" />
          </button>
        </span>
      ))}
      {adding ? (
        <form onSubmit={onSubmit} className="flex">
          <input
            // biome-ignore lint/a11y/noAutofocus: it appears where somebody asked for it
            autoFocus
            aria-label={t("newLabel")}
            list={list}
            maxLength={40}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={onSubmit}
            onKeyDown={(event) => event.key === "Escape" && setAdding(false)}
            className="h-7 w-32 rounded-full border border-edge bg-ink px-3 text-xs"
          />
          <datalist id={list}>
            {known.map((label) => (
              <option key={label} value={label} />
            ))}
          </datalist>
        </form>
      ) : (
        <button
          type="button"
          aria-label={t("addLabelTo", { name: job.title })}
          onClick={() => setAdding(true)}
          className="inline-flex min-h-6 items-center gap-1 rounded-full px-2 text-xs text-faint ring-1 ring-edge ring-inset hover:text-text"
        >
          <Plus aria-hidden className="size-3" />
          {t("label")}
        </button>
      )}
    </div>
  );
}
