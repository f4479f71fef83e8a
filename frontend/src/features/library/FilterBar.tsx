import { LayoutGrid, List, Trash2, X } from "lucide-react";
import type { ReactNode } from "react";
import { useFileSummary } from "../../api/queries";
import { type Key, useI18n } from "../../i18n";
import { Button, buttonClass } from "../../ui/Button";
import { SearchField } from "../../ui/SearchField";
import { STEM_LABELS, STEMS } from "../jobText";
import { KINDS, LENGTHS, type LibrarySearch, narrowed, SORTS, type STATES } from "./shelf";

const KIND_LABELS: Record<(typeof KINDS)[number], Key> = {
  recording: "kindRecording",
  upload: "originUpload",
  result: "originJob",
  stem: "kindStem",
};
const STATE_LABELS: Record<Exclude<(typeof STATES)[number], "trashed">, Key> = {
  ready: "stateReady",
  probing: "fileProbing",
  uploading: "fileUploading",
  failed: "fileFailed",
};
const LENGTH_LABELS: Record<(typeof LENGTHS)[number], Key> = {
  short: "lengthShort",
  middle: "lengthMiddle",
  long: "lengthLong",
};
const SORT_LABELS: Record<(typeof SORTS)[number], Key> = {
  newest: "sortNewest",
  oldest: "sortOldest",
  name: "sortName",
  longest: "sortLongest",
  shortest: "sortShortest",
  largest: "sortLargest",
};

interface Props {
  search: LibrarySearch;
  change: (changes: LibrarySearch) => void;
  typed: string;
  onType: (text: string) => void;
  grid: boolean;
  onGrid: (grid: boolean) => void;
}

/** Everything that narrows and orders the shelf; the address remembers it. */
export function FilterBar({ search, change, typed, onType, grid, onGrid }: Props) {
  const { t } = useI18n();
  const tags = useFileSummary().data?.tags ?? [];
  const trash = search.state === "trashed";
  const kind = search.stem ?? search.kind ?? "";
  return (
    <div className="grid gap-3">
      <div className="flex items-center gap-3">
        <SearchField label={t("searchFiles")} value={typed} onChange={onType} />
        <ViewChoice grid={grid} onGrid={onGrid} />
      </div>
      <div className="flex items-center gap-2 max-sm:-mx-4 max-sm:overflow-x-auto max-sm:px-4 max-sm:py-1 sm:flex-wrap">
        <Choice
          label={t("fileOrigin")}
          value={kind}
          onChange={(value) => change({ ...pickKind(value) })}
        >
          <option value="">{t("kindAll")}</option>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(KIND_LABELS[one])}
            </option>
          ))}
          <optgroup label={t("stem")}>
            {STEMS.map((stem) => (
              <option key={stem} value={stem}>
                {t(STEM_LABELS[stem])}
              </option>
            ))}
          </optgroup>
        </Choice>
        <Choice
          label={t("fileState")}
          value={trash ? "" : (search.state ?? "")}
          onChange={(state) => change({ state: state as LibrarySearch["state"] })}
        >
          <option value="">{t("stateAll")}</option>
          {Object.entries(STATE_LABELS).map(([state, label]) => (
            <option key={state} value={state}>
              {t(label)}
            </option>
          ))}
        </Choice>
        <Choice
          label={t("fileLength")}
          value={search.length ?? ""}
          onChange={(length) => change({ length: length as LibrarySearch["length"] })}
        >
          <option value="">{t("lengthAll")}</option>
          {LENGTHS.map((one) => (
            <option key={one} value={one}>
              {t(LENGTH_LABELS[one])}
            </option>
          ))}
        </Choice>
        <Choice
          label={t("aiOrNot")}
          value={search.ai === undefined ? "" : String(search.ai)}
          onChange={(value) => change({ ai: value === "" ? undefined : value === "true" })}
        >
          <option value="">{t("aiAll")}</option>
          <option value="true">{t("aiOnly")}</option>
          <option value="false">{t("aiNone")}</option>
        </Choice>
        {(tags.length > 0 || search.tag) && (
          <Choice
            label={t("tags")}
            value={search.tag ?? ""}
            onChange={(tag) => change({ tag: tag || undefined })}
          >
            <option value="">{t("tagAll")}</option>
            {search.tag && !tags.some((tag) => tag.name === search.tag) && (
              <option value={search.tag}>#{search.tag}</option>
            )}
            {tags.map((tag) => (
              <option key={tag.name} value={tag.name}>
                #{tag.name} ({tag.files})
              </option>
            ))}
          </Choice>
        )}
        <Choice
          label={t("sort")}
          value={search.sort ?? "newest"}
          onChange={(sort) => change({ sort: sort as LibrarySearch["sort"] })}
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t(SORT_LABELS[sort])}
            </option>
          ))}
        </Choice>
        {narrowed(search) > 0 && (
          <Button
            look="ghost"
            size="small"
            icon={<X aria-hidden className="size-4" />}
            onClick={() =>
              change({
                kind: undefined,
                stem: undefined,
                state: trash ? "trashed" : undefined,
                length: undefined,
                ai: undefined,
                tag: undefined,
              })
            }
          >
            {t("clearFilters")}
          </Button>
        )}
        <button
          type="button"
          aria-pressed={trash}
          className={buttonClass(
            trash ? "quiet" : "ghost",
            "small",
            `shrink-0 sm:ml-auto ${trash ? "border-violet! text-violet-soft!" : ""}`,
          )}
          onClick={() => change({ state: trash ? undefined : "trashed" })}
        >
          <Trash2 aria-hidden className="size-4" />
          {t("trash")}
        </button>
      </div>
    </div>
  );
}

/** A kind of file, or one stem of a song. */
function pickKind(value: string): LibrarySearch {
  return {
    kind: KINDS.find((one) => one === value),
    stem: STEMS.find((one) => one === value),
  };
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="control min-h-9! w-auto! max-w-40 shrink-0 py-1! text-sm"
    >
      {children}
    </select>
  );
}

function ViewChoice({ grid, onGrid }: { grid: boolean; onGrid: (grid: boolean) => void }) {
  const { t } = useI18n();
  const views = [
    { on: !grid, label: t("viewList"), Icon: List, value: false },
    { on: grid, label: t("viewGrid"), Icon: LayoutGrid, value: true },
  ];
  return (
    <fieldset className="flex rounded-xl border border-line bg-ink p-1">
      <legend className="sr-only">{t("view")}</legend>
      {views.map(({ on, label, Icon, value }) => (
        <button
          key={label}
          type="button"
          aria-label={label}
          title={label}
          aria-pressed={on}
          onClick={() => onGrid(value)}
          className={`grid size-9 place-items-center rounded-lg transition-colors ${on ? "bg-violet-deep text-white" : "text-muted hover:text-text"}`}
        >
          <Icon aria-hidden className="size-4.5" />
        </button>
      ))}
    </fieldset>
  );
}
