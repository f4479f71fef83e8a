import {
  AudioLines,
  House,
  Library,
  ListChecks,
  type LucideIcon,
  Mic,
  WandSparkles,
} from "lucide-react";
import type { Key } from "../i18n";

interface Place {
  to: "/" | "/library" | "/voices" | "/convert" | "/history" | "/jobs";
  label: Key;
  icon: LucideIcon;
}

/** As many as the bar of a phone has room for. */
export const PLACES: Place[] = [
  { to: "/", label: "home", icon: House },
  { to: "/library", label: "library", icon: Library },
  { to: "/voices", label: "voices", icon: Mic },
  { to: "/convert", label: "convert", icon: WandSparkles },
  { to: "/history", label: "history", icon: AudioLines },
  { to: "/jobs", label: "jobs", icon: ListChecks },
];
