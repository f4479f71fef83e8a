import { AudioLines, House, Library, type LucideIcon, Mic, WandSparkles } from "lucide-react";
import type { Key } from "../i18n";

interface Place {
  to: "/" | "/library" | "/voices" | "/convert" | "/history";
  label: Key;
  icon: LucideIcon;
}

export const PLACES: Place[] = [
  { to: "/", label: "home", icon: House },
  { to: "/library", label: "library", icon: Library },
  { to: "/voices", label: "voices", icon: Mic },
  { to: "/convert", label: "convert", icon: WandSparkles },
  { to: "/history", label: "history", icon: AudioLines },
];
