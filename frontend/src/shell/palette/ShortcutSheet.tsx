import { useState } from "react";
import { type Key, useI18n } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { Switch } from "../../ui/Switch";
import { GOES, lettersOn, setLetters } from "./shortcuts";

const COMMON: { keys: string[]; label: Key }[] = [
  { keys: ["Ctrl", "K"], label: "palette" },
  { keys: ["/"], label: "palette" },
  { keys: ["P"], label: "shortcutPlay" },
  { keys: ["?"], label: "shortcuts" },
  { keys: ["Esc"], label: "shortcutClose" },
];

/** Every key and what it does, and the switch for those that are single letters. */
export default function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const [letters, setState] = useState(lettersOn);
  return (
    <Dialog open={open} onClose={onClose} title={t("shortcuts")}>
      <div className="grid gap-6">
        <Keys
          title={t("shortcutsCommon")}
          rows={COMMON.map(({ keys, label }) => ({ keys, text: t(label) }))}
        />
        <Keys
          title={t("palettePages")}
          rows={Object.entries(GOES).map(([key, { label }]) => ({
            keys: ["G", key.toUpperCase()],
            text: t(label),
          }))}
        />
        <Switch
          label={t("letterKeys")}
          hint={t("letterKeysHint")}
          checked={letters}
          onChange={(on) => {
            setLetters(on);
            setState(on);
          }}
        />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: { keys: string[]; text: string }[] }) {
  return (
    <section className="grid gap-2">
      <h3 className="text-sm font-semibold text-faint">{title}</h3>
      <dl className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
        {rows.map(({ keys, text }) => (
          <div key={keys.join()} className="flex items-center justify-between gap-4">
            <dt>{text}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd key={key} className="key">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
