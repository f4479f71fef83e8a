"""Verbs of a workspace's members: roles, leaving, removing. One owner always stays."""

import uuid
from typing import Final

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from apps.common import live
from apps.common.errors import ApiError

from . import keys
from .models import ApiKey, Invitation, Membership, Role, User, Workspace
from .services import open_personal_workspace

LAST_OWNER: Final = ApiError(
    "last-owner",
    "워크스페이스에는 소유자가 한 명은 있어야 합니다. 다른 멤버를 먼저 소유자로 정해 주세요.",
    "A workspace needs an owner. Make another member an owner first.",
)


def line_up(workspace: Workspace) -> None:
    """Wait for whoever else changes this workspace's people, until the commit."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def tell(workspace_id: uuid.UUID) -> None:
    """Hint to the workspace's browsers that its people have changed."""
    live.publish(workspace_id, "members", {"workspace": str(workspace_id)})


def tell_mates(user: User) -> None:
    """The same to every workspace of the person, who is shown anew there."""
    for workspace_id in user.memberships.values_list("workspace_id", flat=True):
        tell(workspace_id)


@transaction.atomic
def change_role(workspace: Workspace, user_id: uuid.UUID, role: Role) -> Membership:
    """Raises Http404 for whom is no member, ApiError where no owner would be left."""
    line_up(workspace)
    membership = _member(workspace, user_id)
    if membership.role == role:
        return membership
    if role != Role.OWNER:
        _keep_an_owner(membership)
        forget_invitations(workspace.pk, user_id)
    Membership.objects.filter(pk=membership.pk).update(role=role)
    membership.role = role
    tell(workspace.pk)
    return membership


@transaction.atomic
def remove(workspace: Workspace, user_id: uuid.UUID) -> None:
    """The person sees nothing of the workspace any more, and their keys open nothing.

    Raises Http404 for whom is no member, ApiError for the last owner.
    """
    line_up(workspace)
    membership = _member(workspace, user_id)
    _keep_an_owner(membership)
    user: User = membership.user
    membership.delete()
    let_go(workspace, user)
    tell(workspace.pk)


@transaction.atomic
def let_go(workspace: Workspace, user: User) -> None:
    """What follows where a membership has gone: nothing of the person's opens the workspace."""
    forget_invitations(workspace.pk, user.pk)
    for key in ApiKey.objects.for_workspace(workspace).filter(user_id=user.pk, revoked_at=None):
        keys.revoke(key)
    open_personal_workspace(user)  # nobody is left without one
    live.dismiss(workspace.pk, user.pk)


def _member(workspace: Workspace, user_id: uuid.UUID) -> Membership:
    found = Membership.objects.filter(workspace=workspace, user_id=user_id).select_related("user")
    membership = found.first()
    if membership is None:
        raise Http404
    return membership


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(workspace=membership.workspace_id, role=Role.OWNER)
    if membership.role == Role.OWNER and not others.exclude(pk=membership.pk).exists():
        raise LAST_OWNER


def forget_invitations(workspace_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Whoever owns the workspace no more has nobody waiting to be let in."""
    sent = Invitation.objects.filter(
        workspace=workspace_id, invited_by=user_id, accepted_at=None, revoked_at=None
    )
    now = timezone.now()
    sent.update(revoked_at=now, updated_at=now)
