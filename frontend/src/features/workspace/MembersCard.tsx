import { useQueryClient } from "@tanstack/react-query";
import { CircleUserRound, UserRoundCog, UserRoundMinus } from "lucide-react";
import { useState } from "react";
import type { Me } from "../../api/types";
import { MEMBERS, type Member, nameOf, people, type Role, useMembers } from "../../api/workspace";
import { useI18n } from "../../i18n";
import { formatDate } from "../../i18n/format";
import { Badge } from "../../ui/Badge";
import { Confirm } from "../../ui/Dialog";
import { Menu, MenuItem } from "../../ui/Menu";
import { Failure, Skeleton } from "../../ui/states";
import { useAction } from "../../ui/useAction";
import { ROLE_NAMES } from "./roleText";

/** Who is in the workspace; its owners change roles and remove people. */
export function MembersCard({ me }: { me: Me }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const workspace = me.workspace.id;
  const members = useMembers(workspace);
  const [leaving, setLeaving] = useState<Member>();
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: MEMBERS }),
      client.invalidateQueries({ queryKey: ["me"] }),
    ]);
  const setRole = useAction({
    mutationFn: ({ id, role }: { id: string; role: Role }) => people.setRole(workspace, id, role),
    onSuccess: refresh,
  });
  const remove = useAction({
    mutationFn: (id: string) => people.remove(workspace, id),
    onSuccess: refresh,
    onSettled: () => setLeaving(undefined),
  });
  return (
    <section aria-labelledby="members" className="card grid grid-cols-1 content-start gap-4 p-6">
      <h2 id="members" className="text-lg font-bold">
        {t("members")}
      </h2>
      {members.error && <Failure error={members.error} retry={() => void members.refetch()} />}
      {members.isPending && <Skeleton rows={2} height="h-14" />}
      {members.data && (
        <ul className="grid grid-cols-1 divide-y divide-line">
          {members.data.results.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              isMe={member.id === me.user.id}
              manages={me.workspace.role === "owner" && member.id !== me.user.id}
              onRole={(role) => setRole.mutate({ id: member.id, role })}
              onRemove={() => setLeaving(member)}
            />
          ))}
        </ul>
      )}
      {me.workspace.role !== "owner" && <p className="text-sm text-faint">{t("askOwner")}</p>}
      <Confirm
        open={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && remove.mutate(leaving.id)}
        title={t("removeMemberTitle")}
        description={t("removeMemberText", { name: leaving ? nameOf(leaving) : "" })}
        action={t("removeMember")}
        busy={remove.isPending}
      />
    </section>
  );
}

interface RowProps {
  member: Member;
  isMe: boolean;
  manages: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
}

function MemberRow({ member, isMe, manages, onRole, onRemove }: RowProps) {
  const { t, language } = useI18n();
  const other = member.role === "owner" ? "member" : "owner";
  return (
    <li className="flex min-h-16 items-center gap-3 py-2">
      <CircleUserRound aria-hidden className="size-5 shrink-0 text-faint" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{nameOf(member)}</span>
          {isMe && <span className="shrink-0 text-sm text-faint">({t("you")})</span>}
        </p>
        {member.name && <p className="truncate text-sm text-muted">{member.email}</p>}
        <p className="text-sm text-faint">
          {t("memberSince", { date: formatDate(member.created_at, language) })}
        </p>
      </div>
      <Badge tone={member.role === "owner" ? "violet" : "plain"}>
        {t(ROLE_NAMES[member.role])}
      </Badge>
      {manages && (
        <Menu label={t("memberMenu", { name: nameOf(member) })}>
          <MenuItem
            icon={<UserRoundCog aria-hidden className="size-4.5" />}
            onClick={() => onRole(other)}
          >
            {t(other === "owner" ? "makeOwner" : "makeMember")}
          </MenuItem>
          <MenuItem
            danger
            icon={<UserRoundMinus aria-hidden className="size-4.5" />}
            onClick={onRemove}
          >
            {t("removeMember")}
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}
