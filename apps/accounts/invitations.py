"""Verbs of invitations: sent by mail, accepted by who has proven to read that mail.

Nothing here depends on whether an address has an account, so that nobody can find out.
"""

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import Throttled

from apps.common.errors import ApiError
from apps.common.sealed import seal
from apps.common.throttle import Limit, count

from . import tasks
from .access import SUSPENDED
from .allowances import check_seats
from .members import line_up, tell
from .models import Invitation, Membership, Role, User, Workspace

LIFE: Final = timedelta(days=7)
MAX_OPEN: Final = 100
OF_A_WORKSPACE: Final = Limit("invitations", 30, 3600)
TO_AN_ADDRESS: Final = Limit("invited", 5, 24 * 3600)
"""Over all workspaces: nobody's mailbox is filled by us."""
GONE: Final = ApiError(
    "invitation-gone",
    "초대가 만료되었거나 취소되었거나 이미 쓰였습니다. 초대한 분에게 다시 부탁해 주세요.",
    "The invitation has expired, was revoked or was used already. Ask for a new one.",
)


def digest_of(token: str) -> str:
    """How a link's token is stored. It holds 256 random bits, as an API key does."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_ones(workspace: Workspace) -> QuerySet[Invitation]:
    """Neither accepted nor revoked; those that have expired can be sent again."""
    return Invitation.objects.for_workspace(workspace).filter(accepted_at=None, revoked_at=None)


@transaction.atomic
def invite(workspace: Workspace, inviter: User, *, email: str, role: Role) -> Invitation:
    """A new invitation, whose mail leaves on commit. ApiError where it may not be made."""
    email = email.strip().lower()
    line_up(workspace)
    if Membership.objects.filter(workspace=workspace, user__email=email).exists():
        raise ApiError(
            "already-member", "이미 이 워크스페이스의 멤버입니다.", "They are a member already."
        )
    waiting = open_ones(workspace).count()
    if waiting >= MAX_OPEN:
        raise ApiError(
            "too-many-invitations",
            f"답을 기다리는 초대는 {MAX_OPEN}개까지입니다. 오래된 초대를 먼저 취소해 주세요.",
            f"At most {MAX_OPEN} invitations may be open. Revoke old ones first.",
        )
    check_seats(workspace.pk, Membership.objects.filter(workspace=workspace).count() + waiting)
    _pace(workspace, email)
    token, now = secrets.token_urlsafe(32), timezone.now()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                workspace=workspace,
                email=email,
                role=role,
                digest=digest_of(token),
                invited_by=inviter,
                sent_at=now,
                expires_at=now + LIFE,
            )
    except IntegrityError as error:
        raise ApiError(
            "invited-already",
            "이미 초대한 주소입니다. 목록에서 다시 보낼 수 있습니다.",
            "This address was invited already. Send it again from the list.",
        ) from error
    _mail(invitation, token)
    return invitation


@transaction.atomic
def resend(workspace: Workspace, invitation_id: uuid.UUID) -> Invitation:
    """A new link for another week; the former one opens nothing any more."""
    invitation = _open(workspace, invitation_id)
    _pace(workspace, invitation.email)
    token, now = secrets.token_urlsafe(32), timezone.now()
    changed = open_ones(workspace).filter(pk=invitation_id)
    if not changed.update(
        digest=digest_of(token), sent_at=now, expires_at=now + LIFE, updated_at=now
    ):
        raise GONE
    _mail(invitation, token)
    return _open(workspace, invitation_id)


@transaction.atomic
def revoke(workspace: Workspace, invitation_id: uuid.UUID) -> None:
    """Its link opens nothing any more. Safe to repeat; Http404 for another's."""
    if not Invitation.objects.for_workspace(workspace).filter(pk=invitation_id).exists():
        raise Http404
    now = timezone.now()
    open_ones(workspace).filter(pk=invitation_id).update(revoked_at=now, updated_at=now)
    tell(workspace.pk)


def look(token: str) -> Invitation:
    """The open invitation of a link. Raises ApiError for any other."""
    found = Invitation.objects.filter(
        digest=digest_of(token), accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    invitation = found.select_related("workspace", "invited_by").first()
    if invitation is None:
        raise GONE
    return invitation


@transaction.atomic
def accept(token: str, user: User) -> Membership:
    """Make the person a member, if the invited address is one that they have proven to be theirs.

    Harmless when repeated by the same person. Raises ApiError otherwise.
    """
    if (known := _accepted_before(token, user)) is not None:
        return known
    invitation = look(token)
    _check_address(invitation, user)
    workspace = invitation.workspace
    line_up(workspace)
    if workspace.suspended_at is not None:
        raise SUSPENDED
    now = timezone.now()
    mine = open_ones(workspace).filter(pk=invitation.pk, expires_at__gt=now)
    if not mine.update(accepted_at=now, accepted_by=user, updated_at=now):
        raise GONE
    members = Membership.objects.filter(workspace=workspace)
    membership = members.filter(user=user).first()
    if membership is None:
        check_seats(workspace.pk, members.count())
        membership = Membership.objects.create(
            workspace=workspace, user=user, role=Role(invitation.role)
        )
    tell(workspace.pk)
    return membership


def _accepted_before(token: str, user: User) -> Membership | None:
    used = Invitation.objects.filter(digest=digest_of(token), accepted_by=user).first()
    if used is None:
        return None
    found = Membership.objects.filter(user=user, workspace=used.workspace_id)
    return found.select_related("workspace").first()


def _check_address(invitation: Invitation, user: User) -> None:
    proven = EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True)
    if not proven.exists():
        raise ApiError(
            "invitation-other-address",
            f"이 초대는 {invitation.email} 주소로 보낸 것입니다. 그 주소의 계정으로 로그인해 "
            "주세요.",
            f"This invitation was sent to {invitation.email}. Sign in with that address.",
            403,
        )


def _open(workspace: Workspace, invitation_id: uuid.UUID) -> Invitation:
    found = open_ones(workspace).select_related("invited_by", "workspace")
    invitation = found.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    return invitation


def _pace(workspace: Workspace, email: str) -> None:
    """Raises Throttled where the workspace sends, or the address was sent, too many."""
    for who, limit in ((str(workspace.pk), OF_A_WORKSPACE), (digest_of(email), TO_AN_ADDRESS)):
        standing = count(who, limit)
        if standing is not None and standing.is_over:
            raise Throttled(wait=standing.reset_s)


def _mail(invitation: Invitation, token: str) -> None:
    sealed = seal(token)  # the queue is no place for what opens a door
    transaction.on_commit(
        lambda: tasks.mail_invitation.delay(str(invitation.pk), sealed), robust=True
    )
    tell(invitation.workspace_id)
