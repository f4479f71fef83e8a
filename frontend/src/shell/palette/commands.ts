import { useNavigate } from "@tanstack/react-router";
import {
  AudioLines,
  CircleUserRound,
  Code,
  Disc3,
  Gauge,
  House,
  Keyboard,
  Languages,
  Layers,
  Library,
  ListChecks,
  type LucideIcon,
  Mic,
  MicVocal,
  Music2,
  Plus,
  UsersRound,
  WandSparkles,
} from "lucide-react";
import type { Job, SearchHit } from "../../api/types";
import { jobState, kindText } from "../../features/jobText";
import { type Key, useI18n } from "../../i18n";
import { usePlayer } from "../../player/PlayerProvider";
import { GOES, type GoKey } from "./shortcuts";

export interface Command {
  id: string;
  label: string;
  icon: LucideIcon;
  detail?: string;
  keys?: string[];
  run: () => void;
}

export interface CommandGroup {
  label: Key;
  items: Command[];
}

const PAGE_ICONS: Record<GoKey, LucideIcon> = {
  h: House,
  l: Library,
  v: Mic,
  c: WandSparkles,
  r: AudioLines,
  j: ListChecks,
  u: Gauge,
  a: CircleUserRound,
};
/** Pages without a key of their own. */
const OTHER_PAGES = [
  { to: "/library/record", label: "recordVoice", icon: MicVocal },
  { to: "/workspace", label: "workspace", icon: UsersRound },
  { to: "/account/developers", label: "developers", icon: Code },
] as const satisfies { to: string; label: Key; icon: LucideIcon }[];
const HIT_ICONS: Record<SearchHit["type"], LucideIcon> = {
  voice: Mic,
  dataset: Layers,
  file: Music2,
  job: ListChecks,
};
const HIT_GROUPS: [SearchHit["type"], Key][] = [
  ["voice", "voices"],
  ["file", "audioFiles"],
  ["dataset", "datasets"],
  ["job", "jobs"],
];

/** What the palette offers for a text: what the server found first, then what can be done, then pages. */
export function useCommandList(
  text: string,
  hits: readonly SearchHit[],
  onHelp: () => void,
): CommandGroup[] {
  const found = useFound(hits);
  const actions = useActions(onHelp);
  const pages = usePages();
  const wanted = text.trim().toLocaleLowerCase();
  const matching = (commands: Command[]) =>
    commands.filter(({ label }) => label.toLocaleLowerCase().includes(wanted));
  return [
    ...found,
    { label: "paletteActions" as const, items: matching(actions) },
    { label: "palettePages" as const, items: matching(pages) },
  ].filter(({ items }) => items.length > 0);
}

function usePages(): Command[] {
  const { t } = useI18n();
  const navigate = useNavigate();
  const keyed = (Object.keys(GOES) as GoKey[]).map((key) => ({
    id: GOES[key].to,
    label: t(GOES[key].label),
    icon: PAGE_ICONS[key],
    keys: ["g", key],
    run: () => void navigate({ to: GOES[key].to }),
  }));
  const others = OTHER_PAGES.map(({ to, label, icon }) => ({
    id: to,
    label: t(label),
    icon,
    run: () => void navigate({ to }),
  }));
  return [...keyed, ...others];
}

function useActions(onHelp: () => void): Command[] {
  const { t, language, setLanguage } = useI18n();
  const navigate = useNavigate();
  return [
    {
      id: "new-voice",
      label: t("makeVoice"),
      icon: Plus,
      run: () => void navigate({ to: "/voices/new" }),
    },
    {
      id: "convert",
      label: t("convertSong"),
      icon: WandSparkles,
      run: () => void navigate({ to: "/convert" }),
    },
    {
      id: "cover",
      label: t("paletteCover"),
      icon: Disc3,
      run: () => void navigate({ to: "/convert", search: { mode: "song" } }),
    },
    {
      id: "running",
      label: t("paletteRunning"),
      icon: ListChecks,
      run: () => void navigate({ to: "/jobs", search: { state: "open" } }),
    },
    {
      id: "language",
      label: t("otherLanguage"),
      icon: Languages,
      run: () => setLanguage(language === "ko" ? "en" : "ko"),
    },
    { id: "keys", label: t("shortcuts"), icon: Keyboard, keys: ["?"], run: onHelp },
  ];
}

function useFound(hits: readonly SearchHit[]): CommandGroup[] {
  const { t } = useI18n();
  const navigate = useNavigate();
  const { toggle } = usePlayer();
  function run({ type, id, name, state }: SearchHit): void {
    if (type === "voice") void navigate({ to: "/voices/$voiceId", params: { voiceId: id } });
    else if (type === "dataset")
      void navigate({ to: "/datasets/$datasetId", params: { datasetId: id } });
    else if (type === "job") void navigate({ to: "/jobs/$jobId", params: { jobId: id } });
    else if (state === "ready") toggle({ key: id, title: name, fileId: id });
    else void navigate({ to: "/library" });
  }
  function detail({ type, state, kind }: SearchHit): string | undefined {
    if (type === "job" && kind && state) {
      return `${t(kindText(kind).label)} · ${t(jobState({ state: state as Job["state"], waiting: null }).label)}`;
    }
    return type === "file" && state === "ready" ? t("play") : undefined;
  }
  return HIT_GROUPS.map(([type, label]) => ({
    label,
    items: hits
      .filter((hit) => hit.type === type)
      .map((hit) => ({
        id: `${type}-${hit.id}`,
        label: hit.name,
        icon: HIT_ICONS[type],
        detail: detail(hit),
        run: () => run(hit),
      })),
  }));
}
