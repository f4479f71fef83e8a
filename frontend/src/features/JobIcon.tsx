import {
  Disc3,
  GraduationCap,
  Layers2,
  type LucideIcon,
  PackageOpen,
  ScanSearch,
  Sparkles,
  WandSparkles,
} from "lucide-react";
import type { Job } from "../api/types";

const ICONS: Record<Job["kind"], LucideIcon> = {
  train: GraduationCap,
  convert: WandSparkles,
  cover: Disc3,
  separate: Layers2,
  preprocess: Sparkles,
  analyse: ScanSearch,
  import: PackageOpen,
};

export function JobIcon({ kind }: { kind: Job["kind"] }) {
  const Icon = ICONS[kind];
  return (
    <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-violet/15 text-violet-soft">
      <Icon aria-hidden className="size-5" />
    </span>
  );
}
