"""What can happen to credits: grant, reserve, settle, release, adjust, take back. Each is safe to
repeat."""

import uuid

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

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
    """The workspace's balance; the first look opens it, empty."""
    balance, _ = Balance.objects.get_or_create(workspace_id=workspace_id)
    return balance


def grant_welcome(workspace: Workspace) -> None:
    """Give a workspace what it may try the studio with, once; ``trial`` knows who may."""
    grant(workspace.id, WELCOME_CREDITS, key=f"welcome:{workspace.id}", memo="welcome")


@transaction.atomic
def grant(workspace_id: uuid.UUID, amount: int, *, key: str, memo: str = "") -> Entry:
    """Give credits. A second call with the same key changes nothing."""
    if amount <= 0:
        raise ValueError("a grant is positive")
    balance_of(workspace_id)
    owed = _lock(workspace_id).owed
    repaid = min(owed, amount)
    entry, is_new = _write(
        workspace_id, EntryKind.GRANT, key, amount=amount - repaid, owed=-repaid, memo=memo
    )
    if is_new:
        _balance(workspace_id).update(
            available=F("available") + amount - repaid, owed=F("owed") - repaid
        )
    return entry


@transaction.atomic
def adjust(
    workspace_id: uuid.UUID,
    amount: int,
    *,
    key: str,
    memo: str,
    job_id: uuid.UUID | None = None,
) -> Entry:
    """The operator adds or takes credits, and says why; what is added pays a debt first.

    NotEnoughCredits where there are not so many free to be taken.
    """
    balance_of(workspace_id)
    repaid = min(_lock(workspace_id).owed, max(0, amount))
    entry, is_new = _write(
        workspace_id,
        EntryKind.ADJUST,
        key,
        amount=amount - repaid,
        owed=-repaid,
        memo=memo,
        job_id=job_id,
    )
    if is_new and not _balance(workspace_id).filter(available__gte=-amount).update(
        available=F("available") + amount - repaid, owed=F("owed") - repaid
    ):
        raise NotEnoughCredits(-amount)
    return entry


@transaction.atomic
def take_back(
    workspace_id: uuid.UUID, amount: int, *, key: str, memo: str, as_debt: bool = False
) -> Entry:
    """Take refunded credits, as far as they are unspent; with ``as_debt`` the rest is owed.

    Raises NotEnoughCredits, and then nothing has changed.
    """
    balance_of(workspace_id)
    available = _lock(workspace_id).available
    done = Entry.objects.filter(idempotency_key=key).first()
    if done is not None:
        return done
    if available < amount and not as_debt:
        raise NotEnoughCredits(amount)
    taken = min(available, amount)
    entry, _ = _write(
        workspace_id, EntryKind.REFUND, key, amount=-taken, owed=amount - taken, memo=memo
    )
    _balance(workspace_id).update(available=F("available") - taken, owed=F("owed") + amount - taken)
    return entry


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
    """Give back whatever a job still holds, a debt first; None where it holds nothing."""
    owed = _lock(workspace_id).owed
    held = held_by(job_id)
    if held == 0:
        return None
    repaid = min(owed, held)
    entry, is_new = _write(
        workspace_id,
        EntryKind.RELEASE,
        key,
        amount=held - repaid,
        held=-held,
        owed=-repaid,
        job_id=job_id,
    )
    if is_new:
        _balance(workspace_id).update(
            available=F("available") + held - repaid,
            reserved=F("reserved") - held,
            owed=F("owed") - repaid,
        )
    return entry


def held_by(job_id: uuid.UUID) -> int:
    """Credits that a job holds now; stable only under the workspace's balance lock."""
    total = Entry.objects.filter(job_id=job_id).aggregate(total=Sum("held"))["total"]
    return int(total or 0)


def unbalanced() -> list[uuid.UUID]:
    """Workspaces whose balance is not the sum of their entries; always none."""
    wrong = (
        Balance.objects.annotate(
            amounts=Coalesce(Sum("workspace__credit_entries__amount"), 0),
            helds=Coalesce(Sum("workspace__credit_entries__held"), 0),
            oweds=Coalesce(Sum("workspace__credit_entries__owed"), 0),
        )
        .exclude(available=F("amounts"), reserved=F("helds"), owed=F("oweds"))
        .values_list("workspace_id", flat=True)
    )
    return list(wrong)


def _balance(workspace_id: uuid.UUID) -> QuerySet[Balance]:
    return Balance.objects.filter(workspace_id=workspace_id)


def _lock(workspace_id: uuid.UUID) -> Balance:
    """Line up with every other change of this workspace's credits."""
    return Balance.objects.select_for_update(no_key=True).get(workspace_id=workspace_id)


def _write(
    workspace_id: uuid.UUID,
    kind: EntryKind,
    key: str,
    *,
    amount: int,
    held: int = 0,
    owed: int = 0,
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
            "owed": owed,
            "job_id": job_id,
            "memo": memo,
        },
    )
