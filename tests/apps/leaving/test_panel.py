"""Operators erase with a typed name and a reason, and download the receipt."""

import json

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from apps.accounts.models import User
from apps.billing.models import Entry
from apps.common import audit
from apps.common.models import Change
from apps.leaving.models import Removal
from tests.apps.conftest import browser
from tests.factories import PASSWORD
from tests.operators import operator_browser, with_second_factor
from tests.stripe.fake import FakeStripe

from .customers import Customer, make_customer, traces
from .test_erasure import finish


@pytest.fixture
def customer(selling: FakeStripe, db: None) -> Customer:
    return make_customer("erin", selling)


@pytest.fixture
def operator(db: None) -> User:
    return with_second_factor(User.objects.create_superuser("operator@example.com", PASSWORD))


@pytest.fixture
def panel(operator: User) -> Client:
    return operator_browser(operator)


def pages(customer: Customer) -> dict[str, str]:
    return {
        f"/admin/accounts/user/{customer.user.pk}": customer.user.email,
        f"/admin/accounts/workspace/{customer.workspace.pk}": "erin-studio",
        f"/admin/library/audiofile/{customer.ids['files']}": "erin-song.wav",
        f"/admin/voices/voice/{customer.ids['voices']}": "erin-voice",
    }


def test_each_page_offers_it_and_wants_the_name(customer: Customer, panel: Client) -> None:
    for page, name in pages(customer).items():
        assert f'href="{page}/erase/"' in panel.get(f"{page}/change/").content.decode(), page
        shown = panel.get(f"{page}/erase/").content.decode()
        assert f'<code class="operator-typed">{name}</code>' in shown
        for body in ({"reason": "요청"}, {"reason": "요청", "typed": "other"}, {"typed": name}):
            assert panel.post(f"{page}/erase/", body).status_code == 200
    assert not Removal.objects.exists()


def test_an_operator_erases_a_person(customer: Customer, panel: Client, operator: User) -> None:
    page = f"/admin/accounts/user/{customer.user.pk}/erase/"
    answer = panel.post(page, {"reason": "본인 요청 #12", "typed": customer.user.email})
    removal = Removal.objects.get()
    assert answer["Location"] == f"/admin/leaving/removal/{removal.pk}/change/"
    assert (removal.by, removal.by_id) == ("operator", operator.pk)
    assert panel.get(answer["Location"])["Refresh"] == "5"
    finish(removal)
    assert traces(customer) == []
    row = Change.objects.get(verb="erase")
    assert (row.who, row.row, row.reason) == (
        "operator@example.com", str(customer.user.pk), "본인 요청 #12",
    )  # fmt: skip
    assert (row.name, row.before, row.after) == ("", {}, {})
    shown = panel.get(answer["Location"])
    assert "Refresh" not in shown
    slip = panel.get(f"/admin/leaving/removal/{removal.pk}/receipt.json")
    assert slip["Content-Disposition"].startswith("attachment")
    assert json.loads(slip.content)["parts"][0]["erased"]["provider_customer"] == "cus_1"
    assert panel.get("/admin/leaving/removal/").status_code == 200
    assert panel.get("/admin/leaving/export/").status_code == 200


def test_operators_alone_and_never_each_other(
    customer: Customer, panel: Client, operator: User
) -> None:
    page = f"/admin/accounts/user/{customer.user.pk}/erase/"
    body = {"reason": "x", "typed": customer.user.email}
    assert browser(customer.user).post(page, body).status_code == 302
    own = f"/admin/accounts/user/{operator.pk}/erase/"
    refused = panel.post(own, {"reason": "x", "typed": "operator@example.com"})
    assert "운영자 계정은 지울 수 없습니다" in refused.content.decode()
    assert panel.post(f"/admin/accounts/user/{customer.user.pk}/delete/").status_code == 403
    assert not Removal.objects.exists()


def test_final_rows_lose_words_and_nothing_else(customer: Customer) -> None:
    change = Change.objects.filter(reason__startswith="asked").first()
    assert change is not None
    entry = Entry.objects.exclude(memo="").first()
    assert entry is not None
    attempts = (
        (Change, change.pk, {"verb": "other"}),
        (Change, change.pk, {"reason": "another"}),
        (Change, change.pk, {"after": {"name": "x"}}),
        (Entry, entry.pk, {"amount": 1_000_000}),
        (Entry, entry.pk, {"memo": "another"}),
        (Entry, entry.pk, {"memo": "", "amount": 1_000_000}),
    )
    for table, pk, values in attempts:
        with pytest.raises(DatabaseError, match="final"), transaction.atomic(), audit.erasing():
            table._base_manager.filter(pk=str(pk)).update(**values)
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(name="")
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), audit.erasing():
        Change.objects.filter(pk=change.pk).delete()
