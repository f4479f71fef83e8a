"""Verbs of people and workspaces."""

import uuid

from allauth.usersessions.models import UserSession
from celery import current_app
from django.db import transaction
from django.utils import timezone

from apps.common.errors import ApiError

from .live import publish_workspace
from .models import Language, Membership, Role, User, Workspace


@transaction.atomic
def open_personal_workspace(user: User) -> Workspace:
    """The person's first workspace, made where there is none."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    first = Membership.objects.filter(user=user).order_by("created_at", "id").first()
    if first is not None:
        return first.workspace
    name = user.email.partition("@")[0][:60]
    title = f"{name}'s studio" if user.language == Language.EN else f"{name}의 스튜디오"
    workspace = Workspace.objects.create(name=title)
    Membership.objects.create(user=user, workspace=workspace, role=Role.OWNER)
    return workspace


@transaction.atomic
def suspend(workspace_id: uuid.UUID) -> None:
    """Its members can change nothing from now on, its queued jobs are held, running ones end.

    ApiError where it is suspended already.
    """
    free = Workspace.objects.filter(id=workspace_id, suspended_at=None)
    if not free.update(suspended_at=timezone.now()):
        raise ApiError(
            "suspended-already", "이미 정지되어 있습니다.", "The workspace is suspended already."
        )
    publish_workspace(workspace_id)


@transaction.atomic
def resume(workspace_id: uuid.UUID) -> None:
    """Take a suspension back. ApiError where there is none."""
    held = Workspace.objects.filter(id=workspace_id, suspended_at__isnull=False)
    if not held.update(suspended_at=None):
        raise ApiError(
            "not-suspended", "정지되어 있지 않습니다.", "The workspace is not suspended."
        )
    publish_workspace(workspace_id)
    transaction.on_commit(_send_what_was_held, robust=True)


def _send_what_was_held() -> None:
    """The sweep would come to it too."""
    current_app.send_task("apps.jobs.tasks.dispatch", retry=False)


def end_sessions(user: User) -> None:
    """Sign a person out in every browser."""
    for session in UserSession.objects.filter(user=user):
        session.end()
