import { type ReactNode, useEffect } from "react";
import { useI18n } from "../i18n";

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** Set where the title holds a name that the browser tab should not wait for. */
  above?: ReactNode;
}

/** The heading of a page; also names the browser tab. */
export function PageHead({ title, lead, actions, above }: Props) {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${title} · ${t("brand")}`;
  }, [title, t]);
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="grid min-w-0 gap-1">
        {above}
        <h1 className="text-2xl font-bold tracking-tight sm:text-[2rem] sm:leading-tight">
          {title}
        </h1>
        {lead && <p className="max-w-2xl text-muted">{lead}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{actions}</div>}
    </header>
  );
}
