import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Key, useI18n } from "../../i18n";
import { SearchField } from "../../ui/SearchField";
import { useDebounced } from "../../ui/useDebounced";
import { kindText } from "../jobText";
import { DAYS, JOB_KINDS, JOB_VIEWS, type JobSearch, readSearch } from "./filter";

const VIEW_TEXT: Record<(typeof JOB_VIEWS)[number], Key> = {
  open: "jobsOpen",
  succeeded: "stateSucceeded",
  failed: "stateFailed",
  cancelled: "stateCancelled",
};
const DAYS_TEXT: Record<(typeof DAYS)[number], Key> = {
  1: "jobsToday",
  7: "jobsWeek",
  30: "jobsMonth",
};

export function JobFilters() {
  const { t } = useI18n();
  const search = useSearch({ from: "/app/jobs" });
  const navigate = useNavigate();
  const change = (part: Record<keyof JobSearch, unknown> | Record<string, unknown>) =>
    void navigate({ to: "/jobs", search: readSearch({ ...search, ...part }), replace: true });
  return (
    <search className="grid grid-cols-2 gap-3 lg:grid-cols-[minmax(14rem,1fr)_auto_auto_auto]">
      <TitleField key={search.q === undefined ? "empty" : "set"} onChange={(q) => change({ q })} />
      <Select
        label={t("jobState")}
        value={search.state}
        all={t("jobsAllStates")}
        options={JOB_VIEWS.map((state) => ({ value: state, label: t(VIEW_TEXT[state]) }))}
        onChange={(state) => change({ state })}
      />
      <Select
        label={t("jobKind")}
        value={search.kind}
        all={t("jobsAllKinds")}
        options={JOB_KINDS.map((kind) => ({ value: kind, label: t(kindText(kind).label) }))}
        onChange={(kind) => change({ kind })}
      />
      <Select
        label={t("jobDays")}
        value={search.days}
        all={t("jobsAllDays")}
        options={DAYS.map((days) => ({ value: days, label: t(DAYS_TEXT[days]) }))}
        onChange={(days) => change({ days })}
      />
    </search>
  );
}

/** Writes into the address once the typing rests. */
function TitleField({ onChange }: { onChange: (text: string) => void }) {
  const { t } = useI18n();
  const { q = "" } = useSearch({ from: "/app/jobs" });
  const [text, setText] = useState(q);
  const settled = useDebounced(text.trim());
  useEffect(() => {
    if (settled !== q) onChange(settled);
  });
  return (
    <SearchField
      label={t("searchJobs")}
      value={text}
      onChange={setText}
      className="col-span-2 lg:col-span-1"
    />
  );
}

interface SelectProps<T extends string | number> {
  label: string;
  value: T | undefined;
  all: string;
  options: { value: T; label: string }[];
  onChange: (value: string) => void;
}

function Select<T extends string | number>({
  label,
  value,
  all,
  options,
  onChange,
}: SelectProps<T>) {
  return (
    <select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value)}
      className="control last:col-span-2 lg:w-40 lg:last:col-span-1"
    >
      <option value="">{all}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
