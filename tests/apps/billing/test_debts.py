"""A debt is paid by whatever comes in: credits given, held ones that come back, an adjustment."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Workspace
from apps.billing import refunds, services
from apps.billing.models import Entry, EntryKind
from apps.billing.plans import PACKS, WELCOME_CREDITS
from tests.stripe.shop import Shop

PACK = PACKS["small"]
FULL = WELCOME_CREDITS + PACK.credits


def state(workspace: Workspace) -> tuple[int, int, int]:
    assert services.unbalanced() == []
    found = services.balance_of(workspace.pk)
    return found.available, found.reserved, found.owed


@pytest.fixture
def indebted(workspace: Workspace) -> Workspace:
    """100 credits are held, 70 are owed, none are free."""
    job = uuid.UUID(int=1)
    services.reserve(workspace.pk, 100, job_id=job, key="r")
    services.take_back(workspace.pk, WELCOME_CREDITS - 30, key="t", memo="x", as_debt=True)
    assert state(workspace) == (0, 100, 70)
    return workspace


def test_a_refund_while_all_is_held_is_no_gift(shop: Shop) -> None:
    shop.fake.pay(shop.open("small"))
    shop.tell()
    job = uuid.uuid4()
    services.reserve(shop.workspace.id, FULL, job_id=job, key="r")
    refunds.refund(shop.purchase.id, PACK.credits, reason="x", operator="op", as_debt=True)
    assert shop.credits == (0, FULL, PACK.credits)
    for _ in range(2):
        services.release(shop.workspace.id, job_id=job, key="x")
    assert shop.credits == (WELCOME_CREDITS, 0, 0)


def test_a_release_smaller_than_the_debt_gives_nothing(indebted: Workspace) -> None:
    services.take_back(indebted.pk, 80, key="t2", memo="x", as_debt=True)
    assert state(indebted) == (0, 100, 150)
    services.release(indebted.pk, job_id=uuid.UUID(int=1), key="x")
    assert state(indebted) == (0, 0, 50)


def test_an_adjustment_pays_first(indebted: Workspace) -> None:
    for _ in range(2):
        services.adjust(indebted.pk, 50, key="a", memo="sorry")
    assert state(indebted) == (0, 100, 20)
    entry = services.adjust(indebted.pk, 50, key="b", memo="sorry")
    assert state(indebted) == (30, 100, 0)
    assert (entry.amount, entry.owed) == (30, -20)
    services.adjust(indebted.pk, -30, key="c", memo="back")
    assert state(indebted) == (0, 100, 0)


@pytest.mark.parametrize(
    "line",
    [
        {"kind": EntryKind.RELEASE, "amount": 5, "held": -5, "owed": -1},
        {"kind": EntryKind.RELEASE, "amount": 6, "held": -5, "owed": 1},
        {"kind": EntryKind.RELEASE, "amount": -1, "held": -5, "owed": -6},
        {"kind": EntryKind.ADJUST, "amount": 5, "owed": 1},
        {"kind": EntryKind.ADJUST, "amount": -5, "owed": -1},
    ],
)
def test_the_table_knows_what_a_payment_is(workspace: Workspace, line: dict[str, int]) -> None:
    with pytest.raises(IntegrityError, match="entry_adds_up"), transaction.atomic():
        Entry.objects.create(workspace=workspace, idempotency_key="x", **line)
