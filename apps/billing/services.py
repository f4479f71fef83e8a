"""What can happen to credits: grant, reserve, settle, release. Each is safe to repeat."""

import uuid

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from apps.accounts.models import Workspace

from .live import publish_credits
from .models import Balance, Entry, EntryKind
from .plans import WELCOME_CREDITS


class NotEnoughCredits(Exception):
    """The workspace has fewer available credits than a reservation needs."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"{needed} credits are not available")
        self.needed = needed


class NothingHeld(Exception):
    """A settlement above what the job still holds."""


@transaction.atomic
def balance_of(workspace_id: uuid.UUID) -> Balance:
    """The workspace's balance; the first look opens it with the welcome grant."""
    balance, is_new = Balance.objects.get_or_create(workspace_id=workspace_id)
    if is_new:
        _give(workspace_id, WELCOME_CREDITS, f"welcome:{workspace_id}", "welcome")
        balance.refresh_from_db()
    return balance


def grant_welcome(workspace: Workspace) -> None:
    """Open a new workspace's balance with what it may try the studio with. Safe to repeat."""
    balance_of(workspace.id)


@transaction.atomic
def grant(workspace_id: uuid.UUID, amount: int, *, key: str, memo: str = "") -> Entry:
    """Give credits. A second call with the same key changes nothing."""
    if amount <= 0:
        raise ValueError("a grant is positive")
    balance_of(workspace_id)
    return _give(workspace_id, amount, key, memo)


@transaction.atomic
def reserve(workspace_id: uuid.UUID, amount: int, *, job_id: uuid.UUID, key: str) -> Entry:
    """Hold credits for a job.

    Raises NotEnoughCredits, and then nothing has changed. The conditional UPDATE is what keeps
    many reservations at once from overspending; the table's CHECK is the second lock.
    """
    if amount < 0:
        raise ValueError("a reservation is not negative")
    balance_of(workspace_id)
    entry, is_new = _write(
        workspace_id, EntryKind.RESERVE, key, amount=-amount, held=amount, job_id=job_id
    )
    if is_new and not _balance(workspace_id).filter(available__gte=amount).update(
        available=F("available") - amount, reserved=F("reserved") + amount
    ):
        raise NotEnoughCredits(amount)
    return entry


@transaction.atomic
def settle(workspace_id: uuid.UUID, amount: int, *, job_id: uuid.UUID, key: str) -> Entry:
    """Spend held credits of a job; never more than it holds (NothingHeld)."""
    _lock(workspace_id)
    done = Entry.objects.filter(idempotency_key=key).first()
    if done is not None:
        return done
    if not 0 <= amount <= held_by(job_id):
        raise NothingHeld(f"job {job_id} does not hold {amount} credits")
    entry, _ = _write(workspace_id, EntryKind.SETTLE, key, amount=0, held=-amount, job_id=job_id)
    _balance(workspace_id).update(reserved=F("reserved") - amount)
    return entry


@transaction.atomic
def release(workspace_id: uuid.UUID, *, job_id: uuid.UUID, key: str) -> Entry | None:
    """Give back whatever a job still holds; None where it holds nothing."""
    _lock(workspace_id)
    held = held_by(job_id)
    if held == 0:
        return None
    entry, is_new = _write(
        workspace_id, EntryKind.RELEASE, key, amount=held, held=-held, job_id=job_id
    )
    if is_new:
        _balance(workspace_id).update(
            available=F("available") + held, reserved=F("reserved") - held
        )
    return entry


def held_by(job_id: uuid.UUID) -> int:
    """Credits that a job holds now; stable only under the workspace's balance lock."""
    total = Entry.objects.filter(job_id=job_id).aggregate(total=Sum("held"))["total"]
    return int(total or 0)


def _give(workspace_id: uuid.UUID, amount: int, key: str, memo: str) -> Entry:
    entry, is_new = _write(workspace_id, EntryKind.GRANT, key, amount=amount, memo=memo)
    if is_new:
        _balance(workspace_id).update(available=F("available") + amount)
    return entry


def _balance(workspace_id: uuid.UUID) -> QuerySet[Balance]:
    return Balance.objects.filter(workspace_id=workspace_id)


def _lock(workspace_id: uuid.UUID) -> None:
    """Line up with every other change of this workspace's credits."""
    Balance.objects.select_for_update(no_key=True).get(workspace_id=workspace_id)


def _write(
    workspace_id: uuid.UUID,
    kind: EntryKind,
    key: str,
    *,
    amount: int,
    held: int = 0,
    job_id: uuid.UUID | None = None,
    memo: str = "",
) -> tuple[Entry, bool]:
    """Append one line, or find the one that this key already wrote."""
    publish_credits(workspace_id)
    return Entry.objects.get_or_create(
        idempotency_key=key,
        defaults={
            "workspace_id": workspace_id,
            "kind": kind,
            "amount": amount,
            "held": held,
            "job_id": job_id,
            "memo": memo,
        },
    )
