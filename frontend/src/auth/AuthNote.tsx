import { type ReactNode, useEffect } from "react";
import { useI18n } from "../i18n";

interface Props {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** What a finished step of signing up or resetting says. */
export function AuthNote({ icon, title, children, action }: Props) {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${title} · ${t("brand")}`;
  }, [title, t]);
  return (
    <div role="status" className="grid justify-items-center gap-4 text-center">
      <span className="grid size-16 place-items-center rounded-2xl bg-violet/15 text-violet-soft ring-1 ring-violet/30">
        {icon}
      </span>
      <h1 className="text-2xl font-bold tracking-tight">{title}</h1>
      <p className="text-muted">{children}</p>
      {action}
    </div>
  );
}
