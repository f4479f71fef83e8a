"""The ledger adds up, whatever comes twice or at once."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from apps.accounts.models import Workspace
from apps.billing import services
from apps.billing.models import Balance, Entry, EntryKind
from apps.billing.plans import WELCOME_CREDITS


@pytest.fixture
def workspace(db: None) -> Workspace:
    return opened("스튜디오")


def opened(name: str) -> Workspace:
    """A workspace with the trial's credits."""
    made = Workspace.objects.create(name=name)
    services.grant_welcome(made)
    return made


def balance(workspace: Workspace) -> tuple[int, int]:
    row = Balance.objects.get(workspace=workspace)
    assert services.unbalanced() == []
    return row.available, row.reserved


def test_the_trial_is_given_once(workspace: Workspace) -> None:
    for _ in range(3):
        services.grant_welcome(workspace)
    assert balance(workspace) == (WELCOME_CREDITS, 0)
    assert Entry.objects.filter(workspace=workspace).count() == 1


def test_a_first_look_gives_nothing(db: None) -> None:
    stranger = Workspace.objects.create(name="unverified")
    assert services.balance_of(stranger.id).available == 0
    assert not Entry.objects.exists()


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


def test_the_ledger_is_not_emptied(workspace: Workspace) -> None:
    """Only a connection that says so may truncate, as those of the test run do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else they hold it up already
        cursor.execute("SET LOCAL studio.emptying = 'off'")
        for tables in ("billing_entry", "accounts_workspace CASCADE"):
            with pytest.raises(DatabaseError, match="final"), transaction.atomic():
                cursor.execute(f"TRUNCATE {tables}")
    assert balance(workspace) == (WELCOME_CREDITS, 0)


def test_the_table_refuses_a_negative_balance(workspace: Workspace) -> None:
    for field in ("available", "reserved", "owed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.filter(workspace=workspace).update(**{field: -1})


def test_adjusting_takes_only_what_is_free(workspace: Workspace) -> None:
    services.adjust(workspace.id, -100, key="a", memo="mistake")
    services.adjust(workspace.id, -100, key="a", memo="mistake")
    assert balance(workspace) == (WELCOME_CREDITS - 100, 0)
    with pytest.raises(services.NotEnoughCredits):
        services.adjust(workspace.id, -WELCOME_CREDITS, key="b", memo="too much")
    assert balance(workspace) == (WELCOME_CREDITS - 100, 0)


def test_taking_back_reaches_unspent_credits_only(workspace: Workspace) -> None:
    services.reserve(workspace.id, WELCOME_CREDITS - 40, job_id=uuid.uuid4(), key="r")
    with pytest.raises(services.NotEnoughCredits):
        services.take_back(workspace.id, 41, key="t", memo="refund")
    services.take_back(workspace.id, 10, key="t", memo="refund")
    services.take_back(workspace.id, 10, key="t", memo="refund")
    assert balance(workspace) == (30, WELCOME_CREDITS - 40)


def test_a_debt_is_paid_off_by_the_next_credits(workspace: Workspace) -> None:
    services.take_back(workspace.id, WELCOME_CREDITS + 70, key="t", memo="refund", as_debt=True)
    assert balance(workspace) == (0, 0)
    assert services.balance_of(workspace.id).owed == 70
    services.grant(workspace.id, 50, key="g1")
    assert (balance(workspace), services.balance_of(workspace.id).owed) == ((0, 0), 20)
    services.grant(workspace.id, 50, key="g2")
    assert (balance(workspace), services.balance_of(workspace.id).owed) == ((30, 0), 0)


@pytest.mark.parametrize(
    "line",
    [
        {"kind": EntryKind.GRANT, "amount": -5},
        {"kind": EntryKind.RESERVE, "amount": -5, "held": 4},
        {"kind": EntryKind.SETTLE, "amount": 5, "held": -5},
        {"kind": EntryKind.RELEASE, "amount": 5, "held": -4},
        {"kind": EntryKind.ADJUST, "amount": 5, "held": 1},
        {"kind": EntryKind.REFUND, "amount": 5},
        {"kind": "gift", "amount": 5},
    ],
)
def test_the_table_refuses_lines_that_make_no_sense(
    workspace: Workspace, line: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="entry_adds_up"), transaction.atomic():
        Entry.objects.create(workspace=workspace, idempotency_key="x", **line)


def test_a_balance_that_is_not_its_sum_is_found(workspace: Workspace) -> None:
    assert services.unbalanced() == []
    Balance.objects.filter(workspace=workspace).update(available=F("available") + 1)
    assert services.unbalanced() == [workspace.id]


@pytest.mark.django_db(transaction=True)
def test_a_hundred_reserves_at_once_never_overspend() -> None:
    workspace = opened("busy")
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
    workspace = opened("busy")
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
