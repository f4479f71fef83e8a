import { Plus, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { useI18n } from "../i18n";
import { IconButton } from "./Button";

interface Props {
  label: string;
  tags: readonly string[];
  /** What is in use elsewhere, offered while one types. */
  known?: readonly string[];
  most: number;
  longest: number;
  onChange: (tags: string[]) => void;
}

/** Words that something is found by: Enter or a comma adds one, the cross takes it away. */
export function TagEditor({ label, tags, known = [], most, longest, onChange }: Props) {
  const { t } = useI18n();
  const list = useId();
  const [text, setText] = useState("");
  const word = text.trim();
  const full = tags.length >= most;
  function add() {
    setText("");
    const folded = word.toLocaleLowerCase();
    if (word && !tags.some((tag) => tag.toLocaleLowerCase() === folded)) onChange([...tags, word]);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && tags.length > 0) {
      onChange(tags.slice(0, -1));
    }
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    add();
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <ul aria-label={label} className="contents">
        {tags.map((tag) => (
          <li
            key={tag}
            className="inline-flex items-center gap-1 rounded-full bg-violet/16 py-0.5 pr-1 pl-3 text-sm font-medium text-violet-soft ring-1 ring-violet/35 ring-inset"
          >
            {tag}
            <IconButton
              label={t("tagDropNamed", { name: tag })}
              className="size-6!"
              onClick={() => onChange(tags.filter((one) => one !== tag))}
            >
              <X aria-hidden className="size-3.5" />
            </IconButton>
          </li>
        ))}
      </ul>
      {!full && (
        <form onSubmit={onSubmit} className="flex items-center gap-1">
          <input
            aria-label={t("tagAdd")}
            placeholder={t("tagAdd")}
            value={text}
            list={list}
            maxLength={longest}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            className="control min-h-9 w-36 rounded-full py-1 text-sm"
          />
          <datalist id={list}>
            {known
              .filter((tag) => !tags.includes(tag))
              .map((tag) => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
          <IconButton label={t("tagAddThis")} type="submit" disabled={!word}>
            <Plus aria-hidden className="size-4.5" />
          </IconButton>
        </form>
      )}
    </div>
  );
}
