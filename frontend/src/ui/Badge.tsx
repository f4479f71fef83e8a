import type { ReactNode } from "react";

export type Tone = "good" | "warn" | "bad" | "violet" | "plain";

const TONES: Record<Tone, string> = {
  good: "bg-good/12 text-good ring-good/30",
  warn: "bg-warn/12 text-warn ring-warn/30",
  bad: "bg-bad/12 text-bad ring-bad/30",
  violet: "bg-violet/16 text-violet-soft ring-violet/35",
  plain: "bg-white/6 text-muted ring-white/12",
};

export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap ring-1 ring-inset ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}
