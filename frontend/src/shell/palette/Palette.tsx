import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { useState } from "react";
import { useSearchHits } from "../../api/queries";
import { useI18n } from "../../i18n";
import { type Command, useCommandList } from "./commands";

interface Props {
  open: boolean;
  onClose: () => void;
  onHelp: () => void;
}

/** Everything that can be gone to or done, by typing a part of its name. */
export default function Palette({ open, onClose, onHelp }: Props) {
  const { t } = useI18n();
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-60 bg-black/70 backdrop-blur-sm transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup
          aria-label={t("palette")}
          className="card fixed top-[12dvh] left-1/2 z-60 flex max-h-[72dvh] w-[min(38rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden transition-opacity duration-150 outline-none data-[ending-style]:opacity-0 data-[starting-style]:opacity-0"
        >
          <Finder onClose={onClose} onHelp={onHelp} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ onClose, onHelp }: Omit<Props, "open">) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const hits = useSearchHits(text);
  const groups = useCommandList(text, text.trim() ? (hits.data?.hits ?? []) : [], onHelp);
  const nothing = groups.length === 0 && !hits.isFetching;
  function run(command: Command): void {
    onClose();
    command.run();
  }
  return (
    <Autocomplete.Root
      inline
      open
      mode="none"
      items={groups}
      autoHighlight="always"
      keepHighlight
      value={text}
      onValueChange={(value, { reason }) => reason !== "item-press" && setText(value)}
      itemToStringValue={(command: Command) => command.label}
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden className="size-5 shrink-0 text-faint" />
        <Autocomplete.Input
          aria-label={t("paletteHint")}
          placeholder={t("paletteHint")}
          className="min-h-14 w-full bg-transparent outline-none placeholder:text-faint"
        />
        <kbd aria-hidden className="key hidden shrink-0 sm:block">
          Esc
        </kbd>
      </div>
      {nothing && (
        <p role="status" className="px-4 py-10 text-center text-muted">
          {t("paletteNothing", { text: text.trim() })}
        </p>
      )}
      <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-2 empty:p-0">
        {(group: (typeof groups)[number]) => (
          <Autocomplete.Group key={group.label} items={group.items}>
            <Autocomplete.GroupLabel className="px-3 pt-3 pb-1.5 text-xs font-semibold text-faint">
              {t(group.label)}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  onClick={() => run(command)}
                  className="flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-3 outline-none data-[highlighted]:bg-violet/18"
                >
                  <command.icon aria-hidden className="size-5 shrink-0 text-violet-soft" />
                  <span className="min-w-0 flex-1 truncate">{command.label}</span>
                  {command.detail && (
                    <span className="shrink-0 text-sm text-faint">{command.detail}</span>
                  )}
                  {command.keys && (
                    <span aria-hidden className="hidden gap-1 sm:flex">
                      {command.keys.map((key) => (
                        <kbd key={key} className="key">
                          {key.toUpperCase()}
                        </kbd>
                      ))}
                    </span>
                  )}
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
