import { useNavigate } from "@tanstack/react-router";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { usePlayer } from "../../player/PlayerProvider";
import { createReader, GOES, lettersOn, type Press } from "./shortcuts";

const Palette = lazy(() => import("./Palette"));
const ShortcutSheet = lazy(() => import("./ShortcutSheet"));

interface Commands {
  openPalette: () => void;
  openHelp: () => void;
}

const CommandsContext = createContext<Commands | null>(null);

/** Listens for the studio's keys, and opens the palette and the sheet of keys. */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<"palette" | "help">();
  const [used, setUsed] = useState(false);
  if (open && !used) setUsed(true);
  const commands = useMemo<Commands>(
    () => ({ openPalette: () => setOpen("palette"), openHelp: () => setOpen("help") }),
    [],
  );
  useKeys(commands);
  const close = () => setOpen(undefined);
  return (
    <CommandsContext value={commands}>
      {children}
      {used && (
        <Suspense fallback={null}>
          <Palette open={open === "palette"} onClose={close} onHelp={commands.openHelp} />
          <ShortcutSheet open={open === "help"} onClose={close} />
        </Suspense>
      )}
    </CommandsContext>
  );
}

export function useCommands(): Commands {
  const value = useContext(CommandsContext);
  if (!value) throw new Error("useCommands needs a CommandsProvider");
  return value;
}

function useKeys({ openPalette, openHelp }: Commands): void {
  const navigate = useNavigate();
  const { track, toggle } = usePlayer();
  useEffect(() => {
    const read = createReader(lettersOn);
    function act(press: Press): void {
      if (press === "palette") openPalette();
      else if (press === "help") openHelp();
      else if (press === "play") track && toggle(track);
      else void navigate({ to: GOES[press.go].to });
    }
    function onKey(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const press = read({
        key: event.key,
        ctrl: event.ctrlKey || event.metaKey,
        alt: event.altKey,
        taken: isTaken(event.target),
        at: event.timeStamp,
      });
      if (!press) return;
      event.preventDefault();
      act(press);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate, openPalette, openHelp, track, toggle]);
}

const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/** Whether a key belongs to what it was pressed in: a field, a menu, or an open dialog. */
function isTaken(target: EventTarget | null): boolean {
  const inside = target instanceof Element && target.closest(`${FIELDS}, [role=menu]`) !== null;
  return inside || document.querySelector("[role=dialog], [role=alertdialog]") !== null;
}
