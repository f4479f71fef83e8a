import { Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useI18n } from "../i18n";
import { Button } from "./Button";
import { TextField } from "./Field";

const LONGEST = 40;
const SUGGESTED = 12;

interface Texts {
  list: string;
  none: string;
  fresh: string;
  example: string;
  known: string;
  takeOff: (word: string) => string;
}

interface Props {
  /** The words of each thing that is chosen. */
  having: readonly (readonly string[])[];
  /** Words that are in use, the most wanted first. */
  known: readonly string[];
  /** What is written before each word. */
  sign?: string;
  texts: Texts;
  busy: boolean;
  onSave: (add: string[], remove: string[]) => void;
}

/** Puts words, such as tags or labels, on many things and takes them off; saved together. */
export function WordsForm({ having, known, sign = "", texts, busy, onSave }: Props) {
  const { t } = useI18n();
  const [typed, setTyped] = useState("");
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const present = [...new Set(having.flat())];
  const words = [...new Set([...present, ...added])].filter((word) => !removed.includes(word));
  const everyHas = (word: string) =>
    added.includes(word) || having.every((one) => one.includes(word));
  const offered = known
    .filter((word) => !words.includes(word) || !everyHas(word))
    .slice(0, SUGGESTED);

  function add(word: string) {
    setAdded((old) => [...new Set([...old, word])]);
    setRemoved((old) => old.filter((one) => one !== word));
  }
  function takeOff(word: string) {
    setAdded((old) => old.filter((one) => one !== word));
    if (present.includes(word)) setRemoved((old) => [...old, word]);
  }
  const clean = (sign && typed.startsWith(sign) ? typed.slice(sign.length) : typed).trim();
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (clean) {
      add(clean);
      setTyped("");
    } else onSave(added, removed);
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      <ul aria-label={texts.list} className="flex min-h-9 flex-wrap items-center gap-2">
        {words.length === 0 && <li className="text-sm text-faint">{texts.none}</li>}
        {words.map((word) => (
          <li
            key={word}
            className="inline-flex items-center rounded-full bg-violet/16 pl-3 text-sm font-medium text-violet-soft ring-1 ring-violet/35 ring-inset"
          >
            {sign}
            {word}
            <button
              type="button"
              aria-label={texts.takeOff(word)}
              className="grid size-9 place-items-center rounded-full hover:text-text"
              onClick={() => takeOff(word)}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label={texts.fresh}
            placeholder={texts.example}
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
          <legend className="mb-2 text-sm font-medium text-muted">{texts.known}</legend>
          {offered.map((word) => (
            <Button key={word} size="small" onClick={() => add(word)}>
              {sign}
              {word}
            </Button>
          ))}
        </fieldset>
      )}
      <Button
        look="primary"
        busy={busy}
        disabled={added.length === 0 && removed.length === 0}
        className="justify-self-end"
        onClick={() => onSave(added, removed)}
      >
        {t("save")}
      </Button>
    </form>
  );
}
