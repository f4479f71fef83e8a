import { useNavigate, useSearch } from "@tanstack/react-router";
import { Music2, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useFilesById, useLabels, useVoices } from "../../api/queries";
import { useI18n } from "../../i18n";
import type { HistorySearch } from "../../router";
import { IconButton } from "../../ui/Button";
import { SearchField } from "../../ui/SearchField";
import { useDebounced } from "../../ui/useDebounced";
import { kindText, RESULT_KINDS } from "../jobText";
import { JOB_STATES, STATE_LABELS } from "./filter";

/** What the history is narrowed by; all of it stands in the address. */
export function Filters() {
  const { t } = useI18n();
  const wanted = useSearch({ from: "/app/history" });
  const navigate = useNavigate();
  const voices = useVoices().data ?? [];
  const labels = useLabels().data?.labels ?? [];
  const set = (change: Partial<HistorySearch>) =>
    void navigate({ to: "/history", search: { ...wanted, ...change }, replace: true });
  const choose = (name: keyof HistorySearch) => (value: string) =>
    set({ [name]: value || undefined } as Partial<HistorySearch>);
  return (
    <search className="grid grid-cols-2 gap-2.5 md:grid-cols-4">
      <TitleSearch value={wanted.search ?? ""} onChange={choose("search")} />
      <Select
        label={t("kindOfResult")}
        value={wanted.kind}
        onChange={choose("kind")}
        options={RESULT_KINDS.map((kind) => [kind, t(kindText(kind).label)])}
      />
      <Select
        label={t("state")}
        value={wanted.state}
        onChange={choose("state")}
        options={JOB_STATES.map((state) => [state, t(STATE_LABELS[state])])}
      />
      <Select
        label={t("voice")}
        value={wanted.voice}
        onChange={choose("voice")}
        options={voices.map(({ id, name }) => [id, name])}
      />
      <Select
        label={t("label")}
        value={wanted.label}
        onChange={choose("label")}
        options={labels.map((label) => [label, label])}
      />
      {(["after", "before"] as const).map((name) => (
        <label key={name} className="flex items-center gap-2 text-sm text-faint max-md:col-span-1">
          <span className="shrink-0">{t(name === "after" ? "fromDay" : "toDay")}</span>
          <input
            type="date"
            value={wanted[name] ?? ""}
            onChange={(event) => choose(name)(event.target.value)}
            className="control min-w-0 px-2.5"
          />
        </label>
      ))}
      {wanted.song && <Song id={wanted.song} onClear={() => set({ song: undefined })} />}
    </search>
  );
}

/** The one song that the history is narrowed to; rows offer it. */
function Song({ id, onClear }: { id: string; onClear: () => void }) {
  const { t } = useI18n();
  const [file] = useFilesById([id]);
  const name = file?.name ?? t("oneSong");
  return (
    <p className="col-span-2 flex min-h-11 min-w-0 items-center gap-2 rounded-xl bg-violet/16 pr-1 pl-3.5 text-sm font-medium text-violet-soft ring-1 ring-violet/35 ring-inset md:col-span-1">
      <Music2 aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      <IconButton label={t("allSongs")} className="size-9" onClick={onClear}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </p>
  );
}

interface SelectProps {
  label: string;
  value: string | undefined;
  onChange: (value: string) => void;
  options: [value: string, label: string][];
}

function Select({ label, value = "", onChange, options }: SelectProps) {
  const { t } = useI18n();
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="control"
    >
      <option value="">{t("anyOf", { what: label })}</option>
      {options.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function TitleSearch({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState(value);
  const settled = useDebounced(text.trim());
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed is news
  useEffect(() => {
    if (settled !== value) onChange(settled);
  }, [settled]);
  return (
    <SearchField
      className="col-span-2 md:col-span-1"
      label={t("searchSongs")}
      value={text}
      onChange={setText}
    />
  );
}
