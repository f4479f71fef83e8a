import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { lazy, Suspense } from "react";
import { meQuery } from "../api/queries";
import { useI18n } from "../i18n";

// Most people have one workspace: a menu's code is not fetched for them.
const WorkspaceMenu = lazy(() => import("./WorkspaceMenu"));

/** Where one is: leads to the workspace's page, and to another workspace for who has several. */
export function WorkspaceSwitch({ look }: { look: string }) {
  const { t } = useI18n();
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  return (
    <div className="flex items-center gap-1">
      <Link to="/workspace" className={`${look} min-w-0 flex-1`}>
        <UsersRound aria-hidden className="size-5 shrink-0" />
        <span className="grid min-w-0">
          <span className="text-sm">{t("workspace")}</span>
          <span className="truncate text-xs text-faint">{me.workspace.name}</span>
        </span>
      </Link>
      {me.workspaces.length > 1 && (
        <Suspense fallback={<span className="size-10 shrink-0" />}>
          <WorkspaceMenu chosen={me.workspace.id} workspaces={me.workspaces} />
        </Suspense>
      )}
    </div>
  );
}
