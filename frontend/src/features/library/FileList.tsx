import { useNavigate, useSearch } from "@tanstack/react-router";
import { Music2, Trash2 } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { api } from "../../api/calls";
import { useFileSummary, useFiles } from "../../api/queries";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { useDebounced } from "../../ui/useDebounced";
import { UploadButton } from "../../uploads/UploadButton";
import { FileShelf } from "./FileShelf";
import { FilterBar } from "./FilterBar";
import { SelectionBar } from "./SelectionBar";
import { useShelfDialogs } from "./ShelfDialogs";
import { filterOf, type LibrarySearch, narrowed } from "./shelf";
import { useFileAction } from "./useFileAction";
import { useSelection } from "./useSelection";

const VIEW = "voice-studio.library-view";
/** Files in one answer of the server. */
const PAGE = 200;

export function FileList() {
  const { t } = useI18n();
  const { search, change, typed, setTyped } = useShelfAddress();
  const { chosen, choose, clear } = useSelection();
  const { ask, dialogs } = useShelfDialogs(clear);
  const [grid, setGrid] = useState(() => localStorage.getItem(VIEW) === "grid");
  const files = useFiles({ ...filterOf(search), page_size: PAGE });
  const summary = useFileSummary().data;
  const trash = search.state === "trashed";
  const shown = files.data ?? [];
  const latest = new Map(shown.map((file) => [file.id, file]));
  const selected = [...chosen.values()]
    .map((file) => latest.get(file.id) ?? file)
    .filter((file) => file.state === "ready");
  const filtered = narrowed(search) > 0 || search.q !== undefined;
  const total = files.hasNextPage ? (filtered ? -1 : (summary?.files ?? -1)) : shown.length;
  function changeView(wanted: boolean) {
    localStorage.setItem(VIEW, wanted ? "grid" : "list");
    setGrid(wanted);
  }
  return (
    <>
      <FilterBar
        search={search}
        change={change}
        typed={typed}
        onType={setTyped}
        grid={grid}
        onGrid={changeView}
      />
      {trash && <TrashBar empty={shown.length === 0} />}
      {files.error && <Failure error={files.error} retry={() => void files.refetch()} />}
      {files.isPending && <Skeleton rows={6} height="h-19" />}
      {files.data && shown.length === 0 && (
        <NoFiles trash={trash} filtered={filtered}>
          {filtered && !trash && (
            <Button
              onClick={() => {
                setTyped("");
                change({ ...NOTHING });
              }}
            >
              {t("clearFilters")}
            </Button>
          )}
        </NoFiles>
      )}
      {shown.length > 0 && (
        <FileShelf
          key={grid ? "grid" : "list"}
          files={shown}
          total={total}
          grid={grid && !trash}
          chosen={chosen}
          choose={choose}
          clear={clear}
          remove={() => ask("trash", selected)}
          ask={ask}
          more={files}
        />
      )}
      {selected.length > 0 && <SelectionBar files={selected} onClear={clear} ask={ask} />}
      {dialogs}
    </>
  );
}

const NOTHING: LibrarySearch = {
  q: undefined,
  kind: undefined,
  stem: undefined,
  state: undefined,
  length: undefined,
  ai: undefined,
  tag: undefined,
};

/** What the address says is what is shown; the search is typed first and said there in a moment. */
function useShelfAddress() {
  const search = useSearch({ from: "/app/library" });
  const navigate = useNavigate({ from: "/library" });
  const [typed, setTyped] = useState(search.q ?? "");
  const wanted = useDebounced(typed.trim()) || undefined;
  const change = useCallback(
    (changes: LibrarySearch) =>
      void navigate({
        to: ".",
        search: (old) => ({ ...old, ...changes }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing changes the address
  useEffect(() => {
    if (wanted !== search.q) change({ q: wanted });
  }, [wanted]);
  return { search, change, typed, setTyped };
}

interface NoFilesProps {
  trash: boolean;
  filtered: boolean;
  children: ReactNode;
}

function NoFiles({ trash, filtered, children }: NoFilesProps) {
  const { t } = useI18n();
  if (trash) {
    return (
      <Empty icon={<Trash2 aria-hidden className="size-7" />} title={t("trashEmpty")}>
        {t("trashEmptyText")}
      </Empty>
    );
  }
  return (
    <Empty
      icon={<Music2 aria-hidden className="size-7" />}
      title={t(filtered ? "noMatch" : "noFiles")}
      action={filtered ? children : <UploadButton />}
    >
      {t(filtered ? "noMatchFilters" : "noFilesText")}
    </Empty>
  );
}

/** What the trash is, and how to get rid of what lies in it. */
function TrashBar({ empty }: { empty: boolean }) {
  const { t } = useI18n();
  const [asked, setAsked] = useState(false);
  const clear = useFileAction(api.emptyTrash, () => setAsked(false));
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="text-sm text-muted">{t("trashText")}</p>
      <Button
        look="danger"
        size="small"
        disabled={empty}
        icon={<Trash2 aria-hidden className="size-4" />}
        onClick={() => setAsked(true)}
      >
        {t("emptyTrash")}
      </Button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        onConfirm={() => clear.mutate()}
        busy={clear.isPending}
        title={t("emptyTrashTitle")}
        description={t("emptyTrashText")}
        action={t("emptyTrash")}
      />
    </div>
  );
}
