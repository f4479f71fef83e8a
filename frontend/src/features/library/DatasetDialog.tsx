import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api } from "../../api/calls";
import { ApiError } from "../../api/errors";
import { useDatasets } from "../../api/queries";
import type { AudioFile, Dataset } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatClock, formatSpan } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { notify } from "../../ui/notify";
import { useAction } from "../../ui/useAction";

interface Props {
  open: boolean;
  onClose: () => void;
  files: AudioFile[];
  onMade: () => void;
}

export function DatasetDialog({ open, onClose, files, onMade }: Props) {
  const { t, language } = useI18n();
  // Read before the dialog opens, so that nothing in it moves.
  const datasets = useDatasets().data ?? [];
  const seconds = files.reduce((sum, file) => sum + (file.duration_s ?? 0), 0);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("makeDataset")}
      description={t("datasetOf", {
        count: files.length,
        span: formatSpan(seconds, language),
      })}
    >
      <DatasetForm files={files} datasets={datasets} onMade={onMade} onClose={onClose} />
    </Dialog>
  );
}

interface FormProps extends Omit<Props, "open"> {
  datasets: Dataset[];
}

function DatasetForm({ files, datasets, onMade, onClose }: FormProps) {
  const { t, pick } = useI18n();
  const [name, setName] = useState("");
  const [target, setTarget] = useState("");
  const into = datasets.find((dataset) => dataset.id === target);
  const gather = useGather(files, into, () => {
    onClose();
    onMade();
  });
  const complete = into !== undefined || name.trim() !== "";
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (complete) gather.mutate(name.trim());
  }
  const { error } = gather;
  const problem = error instanceof ApiError ? Object.values(error.fields)[0] : undefined;
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      {datasets.length > 0 && (
        <SelectField
          label={t("whichDataset")}
          value={target}
          onChange={(event) => setTarget(event.target.value)}
        >
          <option value="">{t("newDataset")}</option>
          {datasets.map((dataset) => (
            <option key={dataset.id} value={dataset.id}>
              {dataset.name}
            </option>
          ))}
        </SelectField>
      )}
      {!into && (
        <TextField
          label={t("datasetName")}
          placeholder={t("datasetNameExample")}
          value={name}
          maxLength={200}
          required
          onChange={(event) => setName(event.target.value)}
          error={problem && pick(problem)}
        />
      )}
      <FileNames files={files} />
      <Button
        type="submit"
        look="primary"
        busy={gather.isPending}
        disabled={!complete}
        className="justify-self-end"
      >
        {t(into ? "putIn" : "make")}
      </Button>
    </form>
  );
}

/** Puts the files into a dataset: one that is there, or a new one of the given name. */
function useGather(files: AudioFile[], into: Dataset | undefined, onDone: () => void) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useAction(
    {
      mutationFn: (name: string) => {
        const ids = files.map((file) => file.id);
        if (!into) return api.createDataset(name, ids);
        const known = into.files.map((file) => file.id);
        return api.updateDataset(into.id, { file_ids: [...new Set([...known, ...ids])] });
      },
      onSuccess: async (dataset) => {
        onDone();
        notify.success(t(into ? "datasetGrown" : "datasetMade", { name: dataset.name }));
        await client.invalidateQueries({ queryKey: ["datasets"] });
        await navigate({ to: "/library", search: { tab: "datasets" } });
      },
    },
    { inline: true },
  );
}

function FileNames({ files }: { files: AudioFile[] }) {
  return (
    <ul className="max-h-44 divide-y divide-line overflow-y-auto rounded-xl border border-line px-4 text-sm">
      {files.map((file) => (
        <li key={file.id} className="flex justify-between gap-4 py-2">
          <span className="truncate">{file.name}</span>
          <span className="shrink-0 text-faint tabular-nums">
            {formatClock(file.duration_s ?? 0)}
          </span>
        </li>
      ))}
    </ul>
  );
}
