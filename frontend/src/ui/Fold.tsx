import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** Stands at the end of the title's line, such as a count. */
  note?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** Something to open by its title. */
export function Fold({ title, note, children, className = "" }: Props) {
  return (
    <details className={className}>
      <summary className="flex min-h-11 list-none items-center gap-2 rounded-lg font-medium text-muted hover:text-text">
        <ChevronRight
          aria-hidden
          className="size-4.5 shrink-0 transition-transform [details[open]>summary>&]:rotate-90"
        />
        <span className="flex-1">{title}</span>
        {note && <span className="text-sm font-normal text-violet-soft">{note}</span>}
      </summary>
      <div className="pt-3 pb-4">{children}</div>
    </details>
  );
}
