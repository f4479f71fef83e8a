"""A new version of the terms or the privacy policy is asked for once, of everybody."""

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import legal
from apps.accounts.acceptances import OUTDATED
from apps.accounts.models import Acceptance, User
from tests.apps.accounts.test_signup import AGREED
from tests.apps.conftest import browser, program

JSON = "application/json"
PATH = "/api/v1/me/acceptances"


def asked(client: Client) -> dict[str, str]:
    found = client.get("/api/v1/me").json()["to_accept"]
    return {each["document"]: each["version"] for each in found}


@pytest.fixture
def new_terms(monkeypatch: pytest.MonkeyPatch) -> str:
    terms = replace(legal.IN_FORCE[legal.Document.TERMS], version="2027-01-1")
    monkeypatch.setitem(legal.IN_FORCE, legal.Document.TERMS, terms)
    return terms.version


def test_a_new_version_is_asked_for_once(owner: User, owner_client: Client, new_terms: str) -> None:
    assert asked(owner_client) == {"terms": new_terms}
    before = timezone.now()
    accepted = owner_client.post(PATH, {"terms": new_terms}, JSON)
    assert (accepted.status_code, accepted.json()["to_accept"]) == (200, [])
    row = Acceptance.objects.get(user=owner, version=new_terms)
    assert (row.document, before <= row.accepted_at <= timezone.now()) == ("terms", True)
    assert owner_client.post(PATH, {"terms": new_terms}, JSON).status_code == 200
    assert Acceptance.objects.get(user=owner, version=new_terms).accepted_at == row.accepted_at
    kept = Acceptance.objects.filter(user=owner, document="terms").values_list("version", flat=True)
    assert set(kept) == {AGREED["terms"], new_terms}, "what was accepted before stays on record"


def test_accounts_from_before_are_asked_for_both(
    owner: User, owner_client: Client, stranger_client: Client
) -> None:
    Acceptance.objects.filter(user=owner).delete()
    assert asked(owner_client) == AGREED
    assert asked(stranger_client) == {}
    assert owner_client.post(PATH, {"privacy": AGREED["privacy"]}, JSON).status_code == 200
    assert asked(owner_client) == {"terms": AGREED["terms"]}
    owner_client.post(PATH, AGREED, JSON)
    assert asked(owner_client) == {}


@pytest.mark.parametrize("version", ["2026-11-1", "2027-02-1"])
def test_only_the_version_in_force(
    owner: User, owner_client: Client, new_terms: str, version: str
) -> None:
    rows = Acceptance.objects.count()
    body = {"privacy": AGREED["privacy"], "terms": version}
    refused = owner_client.post(PATH, body, JSON)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == OUTDATED.code
    assert Acceptance.objects.count() == rows


def test_keys_keep_working_and_accept_nothing(owner: User, new_terms: str) -> None:
    client = program(owner, "read", "write")
    assert asked(client) == {"terms": new_terms}
    assert client.get("/api/v1/files").status_code == 200
    refused = client.post(PATH, {"terms": new_terms}, JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "session-only")
    assert asked(browser(owner)) == {"terms": new_terms}
