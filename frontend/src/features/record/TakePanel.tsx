import { RotateCcw, Save } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type Key, useI18n } from "../../i18n";
import { formatSize } from "../../i18n/format";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";

interface Props {
  take: Blob;
  url: string;
  saveText: Key;
  onSave: (name: string) => void;
  onAgain: () => void;
}

/** A finished take: listened to, then kept or done again. */
export function TakePanel({ take, url, saveText, onSave, onAgain }: Props) {
  const { t } = useI18n();
  const [name, setName] = useState(() => `${t("takeName")} ${stamp()}`);
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) onSave(`${name.trim()}.wav`);
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-5">
      {/* biome-ignore lint/a11y/useMediaCaption: what was just said by the listener needs none */}
      <audio controls src={url} aria-label={t("listenToTake")} className="w-full" />
      <TextField
        label={t("takeNameLabel")}
        value={name}
        maxLength={200}
        hint={t("takeHint", { size: formatSize(take.size) })}
        onChange={(event) => setName(event.target.value)}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button icon={<RotateCcw aria-hidden className="size-4.5" />} onClick={onAgain}>
          {t("recordAgain")}
        </Button>
        <Button
          type="submit"
          look="primary"
          disabled={!name.trim()}
          icon={<Save aria-hidden className="size-4.5" />}
        >
          {t(saveText)}
        </Button>
      </div>
    </form>
  );
}

/** Date and time as they sort in a list of files. */
function stamp(): string {
  const date = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    timeStyle: "medium",
  });
  return date.format(new Date()).replaceAll(":", ".");
}
