import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useFiles, useFilesById } from "../../api/queries";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { formatClock } from "../../i18n/format";
import { PlayButton } from "../../player/PlayButton";
import { Badge } from "../../ui/Badge";
import { SearchField } from "../../ui/SearchField";
import { MoreButton } from "../../ui/states";
import { Tick } from "../../ui/Tick";
import { useDebounced } from "../../ui/useDebounced";
import { useLater } from "../../ui/useLater";
import { UploadButton } from "../../uploads/UploadButton";
import { STEM_LABELS } from "../jobText";
import { fileTrack } from "../resultTrack";
import { withChoice } from "../withChoice";

/** As many as the list's height shows at once. */
const IN_SIGHT = 9;

interface Props {
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

export function SongChoice({ chosen, onChange }: Props) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [search, setSearch] = useState("");
  const wanted = useDebounced(search.trim());
  const songs = useFiles({ state: "ready", search: wanted || undefined });
  const listed = new Set(songs.data?.map((file) => file.id));
  // What was chosen stays in sight, on top, where the search or the page doesn't hold it.
  const hidden = useFilesById(songs.data ? [...chosen].filter((id) => !listed.has(id)) : []);

  const all = [...hidden, ...(songs.data ?? [])];
  const shown = useLater() ? all : all.slice(0, IN_SIGHT);

  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        <SearchField
          className="min-w-40"
          label={t("searchFiles")}
          value={search}
          onChange={setSearch}
        />
        <UploadButton look="quiet" />
      </div>
      <ul
        aria-label={t("audioFiles")}
        className="-mx-2 max-h-112 min-h-40 overflow-y-auto rounded-xl"
      >
        {shown.map((file) => (
          <Song
            key={file.id}
            file={file}
            chosen={chosen.has(file.id)}
            onChoose={(on) => {
              client.setQueryData(["file", file.id], file);
              onChange(withChoice(chosen, file.id, on));
            }}
          />
        ))}
        {songs.data?.length === 0 && (
          <li className="px-2 py-8 text-center text-faint">{t("noMatchText")}</li>
        )}
      </ul>
      <MoreButton query={songs} />
    </div>
  );
}

interface SongProps {
  file: AudioFile;
  chosen: boolean;
  onChoose: (on: boolean) => void;
}

function Song({ file, chosen, onChoose }: SongProps) {
  const { t } = useI18n();
  return (
    <li
      className={`flex items-center gap-3 rounded-xl px-2 py-2 ${chosen ? "bg-violet/12" : "hover:bg-white/3"}`}
    >
      <div className="min-w-0 flex-1">
        <Tick checked={chosen} onChange={onChoose}>
          <span className="flex flex-wrap items-center gap-x-2 sm:flex-nowrap">
            <span className="truncate font-medium max-sm:basis-full">{file.name}</span>
            {file.ai_generated && <Badge tone="violet">AI</Badge>}
            {file.stem && <Badge>{t(STEM_LABELS[file.stem])}</Badge>}
          </span>
        </Tick>
      </div>
      <span className="text-sm text-faint tabular-nums">
        {file.duration_s != null ? formatClock(file.duration_s) : ""}
      </span>
      {file.state === "ready" ? (
        <PlayButton track={fileTrack(file)} />
      ) : (
        <Badge tone={file.state === "failed" ? "bad" : "warn"}>
          {t(file.state === "failed" ? "fileUnusable" : "fileOnItsWay")}
        </Badge>
      )}
    </li>
  );
}
