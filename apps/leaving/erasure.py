"""Ordering that something be erased, taking that back, and the receipt."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.common.errors import NOT_FOUND, ApiError
from apps.library.models import AudioFile
from apps.voices.models import Voice

from .models import OPEN, By, Phase, Removal, RemovalState, Subject
from .subjects import alone_in, left_behind

GRACE: Final = timedelta(days=7)
"""How long customers can take back the erasure of their account or workspace."""
KEEP_RECORDS: Final = timedelta(days=5 * 365 + 2)
"""Article 6 of the Korean act on consumer protection in e-commerce: five years."""
KEEP_BACKUPS_DAYS: Final = 30
"""By when backups have to be gone that were made before (docs/deploy.md)."""


@transaction.atomic
def order(
    subject: Subject,
    subject_id: uuid.UUID,
    *,
    by: By,
    by_id: uuid.UUID | None,
    grace: timedelta = timedelta(),
) -> Removal:
    """Have it erased after the grace, suspended until then. One that is ordered already is that.

    Raises ApiError where it can't be.
    """
    known = Removal.objects.filter(subject=subject, subject_id=subject_id, state__in=OPEN).first()
    if known is not None:
        return known
    due = timezone.now() + grace
    removal = Removal(
        subject=subject, subject_id=subject_id, by=by, by_id=by_id, due_at=due, not_before=due
    )
    removal.workspace_id = _workspace_of(subject, subject_id)
    removal.suspended = _suspend(removal)
    removal.save()
    if not grace:
        hurry(removal.id)
    return removal


def _workspace_of(subject: Subject, subject_id: uuid.UUID) -> uuid.UUID | None:
    """Whose it is; None for an account. ApiError where there is no such thing, or it must stay."""
    if subject == Subject.ACCOUNT:
        check_account(subject_id)
        return None
    owner: uuid.UUID | None
    match subject:
        case Subject.FILE:
            files = AudioFile.objects.filter(pk=subject_id)
            owner = files.values_list("workspace_id", flat=True).first()
        case Subject.VOICE:
            voices = Voice.objects.filter(pk=subject_id)
            owner = voices.values_list("workspace_id", flat=True).first()
        case Subject.WORKSPACE:
            living = Workspace.objects.filter(pk=subject_id, erased_at=None)
            owner = living.values_list("pk", flat=True).first()
    if owner is None:
        raise NOT_FOUND
    return owner


def check_account(user_id: uuid.UUID) -> None:
    """Raises ApiError where others would be left without an owner, or the panel without someone."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NOT_FOUND
    if user.is_staff:
        raise ApiError(
            "operator-account",
            "운영자 계정은 지울 수 없습니다. 먼저 운영자 권한을 해제해 주세요.",
            "An operator's account can't be erased. Take the operator's rights away first.",
        )
    if left := left_behind(user_id):
        names = ", ".join(each.name for each in left)
        raise ApiError(
            "workspace-has-members",
            f"다른 멤버가 있는 워크스페이스의 유일한 소유자입니다: {names}. "
            "다른 소유자를 정하거나 워크스페이스를 먼저 삭제해 주세요.",
            f"You are the only owner of workspaces with other members: {names}. "
            "Make somebody else an owner or delete the workspace first.",
        )


def _suspend(removal: Removal) -> list[str]:
    """Nothing new begins there meanwhile; the ids that were not suspended before."""
    match removal.subject:
        case Subject.WORKSPACE:
            ids = [removal.subject_id]
        case Subject.ACCOUNT:
            ids = [each.pk for each in alone_in(removal.subject_id)]
        case _:
            ids = []
    free = Workspace.objects.select_for_update(no_key=True).filter(pk__in=ids, suspended_at=None)
    taken = [str(pk) for pk in free.values_list("pk", flat=True)]
    Workspace.objects.filter(pk__in=taken).update(suspended_at=timezone.now())
    return taken


@transaction.atomic
def undo(removal: Removal) -> None:
    """Take an order back within its grace. ApiError once it has begun."""
    waiting = Removal.objects.filter(
        pk=removal.pk, state=RemovalState.PENDING, started_at=None, due_at__gt=timezone.now()
    )
    if not waiting.update(state=RemovalState.UNDONE, done_at=timezone.now()):
        raise ApiError(
            "erasure-begun",
            "이미 지우기 시작해서 되돌릴 수 없습니다.",
            "The erasure has begun and can't be taken back.",
        )
    Workspace.objects.filter(pk__in=removal.suspended).update(suspended_at=None)


def current(subject: Subject, subject_id: uuid.UUID) -> Removal | None:
    """The order about this subject that is not over."""
    return Removal.objects.filter(subject=subject, subject_id=subject_id, state__in=OPEN).first()


def due(now: datetime) -> QuerySet[Removal]:
    """Orders that something can be done about now, those waiting longest first."""
    return Removal.objects.filter(state__in=OPEN, due_at__lte=now, not_before__lte=now).order_by(
        "not_before"
    )


def hurry(removal_id: uuid.UUID) -> None:
    """Go on after the commit; the timer would come to it too."""
    transaction.on_commit(
        lambda: current_app.send_task(
            "apps.leaving.tasks.go_on", args=[str(removal_id)], retry=False
        ),
        robust=True,
    )


def receipt(removal: Removal) -> dict[str, Any]:
    """What was erased, when, by whom, and what was kept and why. It names nobody."""
    parts = [receipt(part) for part in removal.parts.order_by("created_at")]
    return {
        "receipt": str(removal.pk),
        "subject": removal.subject,
        "subject_id": str(removal.subject_id),
        "workspace_id": str(removal.workspace_id) if removal.workspace_id else None,
        "by": removal.by,
        "by_id": str(removal.by_id) if removal.by_id else None,
        "state": removal.state,
        "ordered_at": _text(removal.created_at),
        "due_at": _text(removal.due_at),
        "started_at": _text(removal.started_at),
        "done_at": _text(removal.done_at),
        "erased": {
            "rows": removal.rows,
            "objects": removal.objects_gone,
            "bytes": removal.bytes_gone,
            "provider_customer": removal.provider_ref or None,
        },
        "kept": _kept(removal),
        "storage_checked_again_at": _text(removal.swept_at),
        "storage_links_end_at": _text(removal.links_end_at),
        "backups_end_by": _text(
            removal.done_at + timedelta(days=KEEP_BACKUPS_DAYS) if removal.done_at else None
        ),
        "parts": parts,
    }


def _kept(removal: Removal) -> dict[str, Any] | None:
    if not removal.kept:
        return None
    until = removal.done_at + KEEP_RECORDS if removal.done_at else None
    return {
        "rows": removal.kept,
        "why": {
            "ko": "전자상거래법에 따라 결제와 크레딧 기록을 5년 동안 이름 없이 보관합니다.",
            "en": "Korean e-commerce law asks for records of payments and credits for five years; "
            "they are kept without a name.",
        },
        "until": _text(until),
        "gone_at": _text(removal.records_gone_at),
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def again(receipts: list[dict[str, Any]]) -> list[Removal]:
    """After a restore: order anew what had been erased since the backup. Safe to repeat."""
    begun = [each for each in receipts if each["started_at"]]
    with transaction.atomic():
        return [_again(each) for each in begun]


def _again(each: dict[str, Any], parent: Removal | None = None) -> Removal:
    now = timezone.now()
    removal, _ = Removal.objects.update_or_create(
        pk=each["receipt"],
        defaults={
            "subject": each["subject"],
            "subject_id": each["subject_id"],
            "workspace_id": each["workspace_id"],
            "parent": parent,
            "by": By.RESTORE,
            "by_id": each["by_id"],
            "state": RemovalState.PENDING,
            "phase": Phase.JOBS,
            "due_at": now,
            "not_before": now,
            "done_at": None,
        },
    )
    for part in each["parts"]:
        _again(part, removal)
    return removal
