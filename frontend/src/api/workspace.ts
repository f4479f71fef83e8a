/** The workspace's people: calls and queries of its page, and which workspace this browser is in. */
import { useQuery } from "@tanstack/react-query";
import { useIdlePoll } from "../live/LiveProvider";
import type { Member, RoleEnum } from "./generated";
import * as sdk from "./generated/sdk.gen";
import { meQuery } from "./queries";

export type { Invitation, Member, ReceivedInvitation } from "./generated";
export type Role = RoleEnum;

const raise = { throwOnError: true } as const;
const path = (id: string) => ({ ...raise, path: { id } });
const memberPath = (id: string, user_id: string) => ({ ...raise, path: { id, user_id } });
const invitationPath = (id: string, invitation_id: string) => ({
  ...raise,
  path: { id, invitation_id },
});

async function data<T>(answer: Promise<{ data: T }>): Promise<T> {
  return (await answer).data;
}

export const people = {
  rename: (id: string, name: string) => data(sdk.workspacesRename({ ...path(id), body: { name } })),
  members: (id: string) =>
    data(sdk.workspacesMembersList({ ...path(id), query: { page_size: 200 } })),
  setRole: (id: string, user: string, role: Role) =>
    data(sdk.workspacesMembersUpdate({ ...memberPath(id, user), body: { role } })),
  remove: (id: string, user: string) => data(sdk.workspacesMembersRemove(memberPath(id, user))),
  leave: (id: string) => data(sdk.workspacesLeave(path(id))),
  invitations: (id: string) =>
    data(sdk.workspacesInvitationsList({ ...path(id), query: { page_size: 200 } })),
  invite: (id: string, body: { email: string; role: Role }) =>
    data(sdk.workspacesInvitationsCreate({ ...path(id), body })),
  resend: (id: string, invitation: string) =>
    data(sdk.workspacesInvitationsResend(invitationPath(id, invitation))),
  revoke: (id: string, invitation: string) =>
    data(sdk.workspacesInvitationsRevoke(invitationPath(id, invitation))),
  look: (token: string) => data(sdk.invitationsLook({ ...raise, body: { token } })),
  accept: (token: string) => data(sdk.invitationsAccept({ ...raise, body: { token } })),
};

/** What somebody is called: the e-mail address where they gave no name. */
export function nameOf({ name, email }: Pick<Member, "name" | "email">): string {
  return name || email;
}

export const MEMBERS = ["members"];
export const INVITATIONS = ["invitations"];

export function useMembers(workspace: string) {
  return useQuery({
    queryKey: [...MEMBERS, workspace],
    queryFn: () => people.members(workspace),
    refetchInterval: useIdlePoll(),
  });
}

export function useInvitations(workspace: string, enabled: boolean) {
  return useQuery({
    queryKey: [...INVITATIONS, workspace],
    queryFn: () => people.invitations(workspace),
    enabled,
    refetchInterval: useIdlePoll(),
  });
}

/** Whether the person owns the workspace that they are in; false until it is known. */
export function useIsOwner(): boolean {
  const { data: me } = useQuery(meQuery);
  return me?.workspace.role === "owner";
}
