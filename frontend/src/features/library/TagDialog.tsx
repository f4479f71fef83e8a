import { Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api } from "../../api/calls";
import { useFileSummary } from "../../api/queries";
import type { AudioFile } from "../../api/types";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { inParts } from "./inParts";
import { useFileAction } from "./useFileAction";

const LONGEST = 40;
const SUGGESTED = 12;

interface Props {
  files: AudioFile[];
  onClose: () => void;
}

/** Puts tags on files and takes them off; saved together. */
export function TagDialog({ open, ...rest }: Props & { open: boolean }) {
  const { t } = useI18n();
  const [one] = rest.files;
  return (
    <Dialog
      open={open}
      onClose={rest.onClose}
      title={t("editTags")}
      description={
        rest.files.length === 1 ? one?.name : t("filesAre", { count: rest.files.length })
      }
    >
      <TagForm {...rest} />
    </Dialog>
  );
}

function TagForm({ files, onClose }: Props) {
  const { t } = useI18n();
  const summary = useFileSummary();
  const [typed, setTyped] = useState("");
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const save = useFileAction(
    ([add, remove]: [string[], string[]]) =>
      inParts(files, (ids) => api.tagFiles(ids, add, remove)),
    onClose,
  );
  const present = [...new Set(files.flatMap((file) => file.tags))];
  const tags = [...new Set([...present, ...added])].filter((tag) => !removed.includes(tag));
  const offered = (summary.data?.tags ?? [])
    .map((tag) => tag.name)
    .filter((name) => !tags.includes(name) || !everyHas(files, name, added))
    .slice(0, SUGGESTED);

  function add(name: string) {
    setAdded((old) => [...new Set([...old, name])]);
    setRemoved((old) => old.filter((one) => one !== name));
  }
  function takeOff(name: string) {
    setAdded((old) => old.filter((one) => one !== name));
    if (present.includes(name)) setRemoved((old) => [...old, name]);
  }
  const clean = typed.replace(/^#+/, "").trim();
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (clean) {
      add(clean);
      setTyped("");
    } else save.mutate([added, removed]);
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      <ul aria-label={t("tags")} className="flex min-h-9 flex-wrap items-center gap-2">
        {tags.length === 0 && <li className="text-sm text-faint">{t("noTags")}</li>}
        {tags.map((tag) => (
          <li
            key={tag}
            className="inline-flex items-center rounded-full bg-violet/16 pl-3 text-sm font-medium text-violet-soft ring-1 ring-violet/35 ring-inset"
          >
            #{tag}
            <button
              type="button"
              aria-label={t("takeTagOff", { tag })}
              className="grid size-9 place-items-center rounded-full hover:text-text"
              onClick={() => takeOff(tag)}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label={t("newTag")}
            placeholder={t("newTagExample")}
            value={typed}
            maxLength={LONGEST}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <Button type="submit" disabled={!clean} icon={<Plus aria-hidden className="size-4" />}>
          {t("addTag")}
        </Button>
      </div>
      {offered.length > 0 && (
        <fieldset className="flex flex-wrap gap-2">
          <legend className="mb-2 text-sm font-medium text-muted">{t("knownTags")}</legend>
          {offered.map((name) => (
            <Button key={name} size="small" onClick={() => add(name)}>
              #{name}
            </Button>
          ))}
        </fieldset>
      )}
      <Button
        look="primary"
        busy={save.isPending}
        disabled={added.length === 0 && removed.length === 0}
        className="justify-self-end"
        onClick={() => save.mutate([added, removed])}
      >
        {t("save")}
      </Button>
    </form>
  );
}

function everyHas(files: AudioFile[], name: string, added: string[]): boolean {
  return added.includes(name) || files.every((file) => file.tags.includes(name));
}
