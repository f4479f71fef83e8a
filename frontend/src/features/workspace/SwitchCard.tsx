import { enterWorkspace } from "../../api/chosenWorkspace";
import type { Me } from "../../api/types";
import { useI18n } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { ROLE_NAMES } from "./roleText";

/** From one workspace to another, for who has several. */
export function SwitchCard({ me }: { me: Me }) {
  const { t } = useI18n();
  if (me.workspaces.length < 2) return null;
  return (
    <section aria-label={t("workspaceSwitch")} className="card p-6">
      <Choice
        legend={t("workspaceSwitch")}
        columns="grid-cols-1"
        value={me.workspace.id}
        onChange={(id) => enterWorkspace(id)}
        options={me.workspaces.map((one) => ({
          value: one.id,
          label: one.name,
          detail: t(ROLE_NAMES[one.role]),
        }))}
      />
    </section>
  );
}
