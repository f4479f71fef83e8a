import { Music2 } from "lucide-react";
import { useState } from "react";
import type { FileFilter } from "../../api/calls";
import { useFiles } from "../../api/queries";
import { useI18n } from "../../i18n";
import { SearchField } from "../../ui/SearchField";
import { Empty, Failure, MoreButton, Skeleton } from "../../ui/states";
import { useDebounced } from "../../ui/useDebounced";
import { UploadButton } from "../../uploads/UploadButton";
import { STEM_LABELS, STEMS } from "../jobText";
import { FileRow } from "./FileRow";
import { SelectionBar } from "./SelectionBar";
import { useSelection } from "./useSelection";

type Filter = Pick<FileFilter, "origin" | "stem">;

/** The choices of the list: by origin, then by what a file is of its song. */
const FILTERS: Record<string, Filter> = {
  "": {},
  upload: { origin: "upload" },
  job: { origin: "job" },
  ...Object.fromEntries(STEMS.map((stem) => [stem, { stem }])),
};

export function FileList() {
  const { t } = useI18n();
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState("");
  const { chosen, choose, clear } = useSelection();
  const wanted = useDebounced(search.trim());
  const files = useFiles({ search: wanted || undefined, ...FILTERS[filter] });
  const shown = files.data?.filter((file) => file.state !== "deleted") ?? [];
  const latest = new Map(shown.map((file) => [file.id, file]));
  const selected = [...chosen.values()]
    .map((file) => latest.get(file.id) ?? file)
    .filter((file) => file.state === "ready");
  const filtered = wanted !== "" || filter !== "";

  return (
    <>
      <div className="flex flex-col gap-3 sm:flex-row">
        <SearchField label={t("searchFiles")} value={search} onChange={setSearch} />
        <select
          aria-label={t("fileOrigin")}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="control sm:w-44"
        >
          <option value="">{t("originAll")}</option>
          <option value="upload">{t("originUpload")}</option>
          <option value="job">{t("originJob")}</option>
          <optgroup label={t("stem")}>
            {STEMS.map((stem) => (
              <option key={stem} value={stem}>
                {t(STEM_LABELS[stem])}
              </option>
            ))}
          </optgroup>
        </select>
      </div>
      {files.error && <Failure error={files.error} retry={() => void files.refetch()} />}
      {files.isPending && <Skeleton rows={5} />}
      {files.data && shown.length === 0 && (
        <Empty
          icon={<Music2 aria-hidden className="size-7" />}
          title={t(filtered ? "noMatch" : "noFiles")}
          action={filtered ? undefined : <UploadButton />}
        >
          {t(filtered ? "noMatchText" : "noFilesText")}
        </Empty>
      )}
      {shown.length > 0 && (
        <ul aria-label={t("audioFiles")} className="card divide-y divide-line overflow-hidden">
          {shown.map((file) => (
            <FileRow
              key={file.id}
              file={file}
              chosen={chosen.has(file.id)}
              onChoose={(on) => choose(file, on)}
            />
          ))}
        </ul>
      )}
      <MoreButton query={files} />
      {selected.length > 0 && <SelectionBar files={selected} onClear={clear} />}
    </>
  );
}
