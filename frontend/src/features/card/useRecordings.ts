import { api } from "../../api/calls";
import type { Dataset } from "../../api/types";
import { useFileAction } from "../library/useFileAction";
import { replaced } from "./replacements";

/** Changes which recordings a dataset holds. */
export function useRecordings(dataset: Dataset) {
  const ids = dataset.files.map((file) => file.id);
  const change = useFileAction((file_ids: string[]) => api.updateDataset(dataset.id, { file_ids }));
  return {
    busy: change.isPending,
    takeOut: (gone: string) => change.mutate(ids.filter((id) => id !== gone)),
    replace: (old: string, fresh: string) => change.mutate(replaced(ids, old, fresh)),
  };
}
