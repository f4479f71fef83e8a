"""Records of money go five years after their customer, not a day before, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.billing import farewell
from apps.billing.models import Entry, Purchase, Refund
from apps.common import audit
from apps.leaving import erasure, records
from apps.leaving.models import By, Removal, Subject
from tests.stripe.fake import FakeStripe

from .customers import Customer, make_customer, rows_of
from .test_erasure import finish

KEPT = (Refund, Purchase, Entry)
DAY = timedelta(days=1)


@pytest.fixture
def customer(selling: FakeStripe, db: None) -> Customer:
    return make_customer("erin", selling)


@pytest.fixture
def other(selling: FakeStripe, db: None) -> Customer:
    return make_customer("otto", selling)


@pytest.fixture
def removal(customer: Customer) -> Removal:
    pk = customer.workspace.pk
    return finish(erasure.order(Subject.WORKSPACE, pk, by=By.OPERATOR, by_id=None))


def erased(customer: Customer, ago: timedelta) -> None:
    """As if it had been erased then: the database's own clock can't be set."""
    Workspace.objects.filter(pk=customer.workspace.pk).update(erased_at=timezone.now() - ago)


def kept(customer: Customer) -> dict[str, int]:
    found = {table: table._base_manager.filter(workspace=customer.workspace) for table in KEPT}
    return {table._meta.label_lower: rows.count() for table, rows in found.items()}


def test_they_stay_for_five_years_and_go_then(customer: Customer, removal: Removal) -> None:
    before = kept(customer)
    assert before == removal.kept
    assert all(before.values())
    assert records.end(timezone.now() + erasure.KEEP_RECORDS - DAY) == 0
    erased(customer, erasure.KEEP_RECORDS - DAY)
    assert records.end(timezone.now()) == 0
    assert kept(customer) == before
    erased(customer, erasure.KEEP_RECORDS)
    assert list(records.due(timezone.now())) == [customer.workspace]
    assert records.end(timezone.now()) == sum(before.values())
    assert not any(kept(customer).values())
    assert not records.due(timezone.now()).exists()
    assert records.end(timezone.now()) == 0
    removal.refresh_from_db()
    slip = erasure.receipt(removal)["kept"]
    assert slip["rows"] == before, "the receipt still says what had been kept"
    assert slip["gone_at"] == removal.records_gone_at.isoformat()  # type: ignore[union-attr]


def test_nobody_elses_go(customer: Customer, other: Customer, removal: Removal) -> None:
    before = rows_of(other)
    erased(customer, erasure.KEEP_RECORDS)
    records.end(timezone.now())
    assert rows_of(other) == before


def test_in_batches(customer: Customer, removal: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "RECORDS_AT_ONCE", 2)
    erased(customer, erasure.KEEP_RECORDS)
    total = sum(kept(customer).values())
    assert total > 2
    assert records.end(timezone.now()) == total


@pytest.mark.parametrize("ago", [None, timedelta(), erasure.KEEP_RECORDS - DAY])
def test_the_database_refuses_what_is_not_due(
    customer: Customer, removal: Removal, ago: Any
) -> None:
    """Whatever the program believes: of a living workspace, of one just erased, a day too early."""
    then = None if ago is None else timezone.now() - ago
    Workspace.objects.filter(pk=customer.workspace.pk).update(erased_at=then)
    before = kept(customer)
    with pytest.raises(DatabaseError, match="final"):
        farewell.forget_records(customer.workspace.pk)
    assert kept(customer) == before


def test_what_is_due_goes_by_this_way_alone(customer: Customer, removal: Removal) -> None:
    erased(customer, erasure.KEEP_RECORDS)
    entries = Entry.objects.filter(workspace=customer.workspace)
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        entries.delete()
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), audit.erasing():
        entries.update(amount=0)
    assert records.end(timezone.now()) > 0
