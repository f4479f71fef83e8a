import { useQuery, useQueryClient } from "@tanstack/react-query";
import { LogOut, Pencil } from "lucide-react";
import { useState } from "react";
import { forgetWorkspace } from "../api/chosenWorkspace";
import { meQuery } from "../api/queries";
import type { Me } from "../api/types";
import { people, useMembers } from "../api/workspace";
import { InvitationsCard } from "../features/workspace/InvitationsCard";
import { MembersCard } from "../features/workspace/MembersCard";
import { SwitchCard } from "../features/workspace/SwitchCard";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Dialog";
import { PageHead } from "../ui/PageHead";
import { RenameDialog } from "../ui/RenameDialog";
import { useAction } from "../ui/useAction";

export default function Workspace() {
  const { data: me } = useQuery(meQuery);
  return me ? <Whole me={me} /> : null;
}

function Whole({ me }: { me: Me }) {
  const { t } = useI18n();
  const members = useMembers(me.workspace.id);
  const isOwner = me.workspace.role === "owner";
  return (
    <>
      <PageHead
        title={me.workspace.name}
        lead={t(isOwner ? "workspaceLead" : "workspaceMemberLead")}
        actions={
          <>
            {isOwner && <RenameButton me={me} />}
            <LeaveButton me={me} />
          </>
        }
      />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <MembersCard me={me} />
        {/* Below a list comes only what its length cannot push: invitations stand last, and on a
            phone all of this after the members. */}
        <div className={`grid grid-cols-1 gap-5 ${members.isPending ? "max-lg:hidden" : ""}`}>
          <SwitchCard me={me} />
          <RolesCard />
          {isOwner && <InvitationsCard workspace={me.workspace.id} />}
        </div>
      </div>
    </>
  );
}

function RenameButton({ me }: { me: Me }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const rename = useAction(
    {
      mutationFn: (name: string) => people.rename(me.workspace.id, name),
      onSuccess: async () => {
        setOpen(false);
        await client.invalidateQueries({ queryKey: ["me"] });
      },
    },
    { inline: true },
  );
  return (
    <>
      <Button icon={<Pencil aria-hidden className="size-4.5" />} onClick={() => setOpen(true)}>
        {t("rename")}
      </Button>
      <RenameDialog
        open={open}
        onClose={() => setOpen(false)}
        name={me.workspace.name}
        busy={rename.isPending}
        error={rename.error}
        onRename={(name) => rename.mutate(name)}
      />
    </>
  );
}

function LeaveButton({ me }: { me: Me }) {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  const members = useMembers(me.workspace.id);
  const others = members.data?.results.filter(({ id }) => id !== me.user.id) ?? [];
  const isNeeded = me.workspace.role === "owner" && others.every(({ role }) => role !== "owner");
  const leave = useAction<unknown>({
    mutationFn: () => people.leave(me.workspace.id),
    onSuccess: () => {
      forgetWorkspace();
      location.assign("/");
    },
    onSettled: () => setAsking(false),
  });
  if (isNeeded) return null;
  return (
    <>
      <Button icon={<LogOut aria-hidden className="size-4.5" />} onClick={() => setAsking(true)}>
        {t("leaveWorkspace")}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => leave.mutate()}
        title={t("leaveTitle")}
        description={t("leaveText", { name: me.workspace.name })}
        action={t("leaveAction")}
        busy={leave.isPending}
      />
    </>
  );
}

function RolesCard() {
  const { t } = useI18n();
  return (
    <section aria-labelledby="roles" className="card grid gap-3 p-6">
      <h2 id="roles" className="text-lg font-bold">
        {t("rolesAre")}
      </h2>
      <dl className="grid gap-3">
        <div>
          <dt className="font-semibold">{t("roleOwner")}</dt>
          <dd className="text-sm text-muted">{t("roleOwnerText")}</dd>
        </div>
        <div>
          <dt className="font-semibold">{t("roleMember")}</dt>
          <dd className="text-sm text-muted">{t("roleMemberText")}</dd>
        </div>
      </dl>
    </section>
  );
}
