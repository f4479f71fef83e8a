"""The ledger adds up, whatever comes twice or at once."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from apps.accounts.models import Workspace
from apps.billing import services
from apps.billing.models import Balance, Entry, EntryKind
from apps.billing.plans import WELCOME_CREDITS


@pytest.fixture
def workspace(db: None) -> Workspace:
    return Workspace.objects.create(name="스튜디오")


def balance(workspace: Workspace) -> tuple[int, int]:
    row = Balance.objects.get(workspace=workspace)
    sums = Entry.objects.filter(workspace=workspace).aggregate(a=Sum("amount"), h=Sum("held"))
    assert (row.available, row.reserved) == (sums["a"], sums["h"])
    return row.available, row.reserved


def test_first_look_opens_with_the_welcome_grant_once(workspace: Workspace) -> None:
    for _ in range(3):
        services.balance_of(workspace.id)
    assert balance(workspace) == (WELCOME_CREDITS, 0)
    assert Entry.objects.filter(workspace=workspace).count() == 1


def test_grant_is_given_once_a_key(workspace: Workspace) -> None:
    services.grant(workspace.id, 50, key="gift")
    services.grant(workspace.id, 50, key="gift")
    assert balance(workspace) == (WELCOME_CREDITS + 50, 0)


def test_grant_of_nothing_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="positive"):
        services.grant(workspace.id, 0, key="nothing")


def test_reserve_settle_release(workspace: Workspace) -> None:
    job = uuid.uuid4()
    services.reserve(workspace.id, 100, job_id=job, key="r")
    services.reserve(workspace.id, 100, job_id=job, key="r")
    assert balance(workspace) == (WELCOME_CREDITS - 100, 100)
    services.settle(workspace.id, 70, job_id=job, key="s")
    services.settle(workspace.id, 70, job_id=job, key="s")
    assert balance(workspace) == (WELCOME_CREDITS - 100, 30)
    services.release(workspace.id, job_id=job, key="x")
    assert services.release(workspace.id, job_id=job, key="x") is None
    assert balance(workspace) == (WELCOME_CREDITS - 70, 0)
    assert services.held_by(job) == 0


def test_reserve_above_the_balance_changes_nothing(workspace: Workspace) -> None:
    services.balance_of(workspace.id)
    with pytest.raises(services.NotEnoughCredits):
        services.reserve(workspace.id, WELCOME_CREDITS + 1, job_id=uuid.uuid4(), key="r")
    assert balance(workspace) == (WELCOME_CREDITS, 0)
    assert not Entry.objects.filter(kind=EntryKind.RESERVE).exists()


def test_settle_above_what_the_job_holds_is_refused(workspace: Workspace) -> None:
    job, other = uuid.uuid4(), uuid.uuid4()
    services.reserve(workspace.id, 10, job_id=job, key="r1")
    services.reserve(workspace.id, 90, job_id=other, key="r2")
    with pytest.raises(services.NothingHeld):
        services.settle(workspace.id, 11, job_id=job, key="s")
    assert balance(workspace) == (WELCOME_CREDITS - 100, 100)


def test_entries_are_final(workspace: Workspace) -> None:
    entry = services.grant(workspace.id, 5, key="gift")
    for change in (
        lambda: Entry.objects.filter(id=entry.id).update(amount=500),
        lambda: Entry.objects.filter(id=entry.id).delete(),
    ):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            change()
    assert balance(workspace) == (WELCOME_CREDITS + 5, 0)


def test_the_table_refuses_a_negative_balance(workspace: Workspace) -> None:
    services.balance_of(workspace.id)
    for field in ("available", "reserved"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.filter(workspace=workspace).update(**{field: -1})


@pytest.mark.django_db(transaction=True)
def test_a_hundred_reserves_at_once_never_overspend() -> None:
    workspace = Workspace.objects.create(name="busy")
    services.balance_of(workspace.id)
    price = 30
    start = threading.Barrier(16)

    def reserve(number: int) -> bool:
        if number < 16:
            start.wait()
        try:
            services.reserve(workspace.id, price, job_id=uuid.uuid4(), key=f"r{number}")
        except services.NotEnoughCredits:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(reserve, range(100)))
    assert taken == WELCOME_CREDITS // price
    assert balance(workspace) == (WELCOME_CREDITS - taken * price, taken * price)


@pytest.mark.django_db(transaction=True)
def test_one_job_released_and_settled_at_once_ends_once() -> None:
    workspace = Workspace.objects.create(name="busy")
    job = uuid.uuid4()
    services.reserve(workspace.id, 40, job_id=job, key="r")

    def end(number: int) -> None:
        try:
            if number % 2:
                services.release(workspace.id, job_id=job, key="x")
            else:
                services.settle(workspace.id, 40, job_id=job, key="s")
        except services.NothingHeld:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(end, range(24)))
    available, reserved = balance(workspace)
    assert reserved == 0
    assert available in (WELCOME_CREDITS, WELCOME_CREDITS - 40)
