"""Voices and consent over the API."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.common import erasure, storage
from apps.voices import services, statement
from apps.voices.models import Consent, ConsentScope, Voice, VoiceState

from .made import make_ready

URL = "/api/v1/voices"


@pytest.fixture
def voice(workspace: Workspace) -> Voice:
    return services.create(workspace.id, "아리아")


def consent_body(**changes: Any) -> dict[str, Any]:
    return {
        "statement_version": statement.VERSION,
        "singer_name": "김하나",
        "scope": "own",
        "agreed": True,
        **changes,
    }


def consent(voice: Voice, user: User) -> None:
    services.give_consent(
        voice.id,
        user,
        version=statement.VERSION,
        singer_name="김하나",
        scope=ConsentScope.OWN,
    )


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(path, body or {}, content_type="application/json")


def test_make_list_rename_delete(owner_client: Client) -> None:
    made = send(owner_client, "post", URL, {"name": "아리아"})
    assert made.status_code == 201
    path = f"{URL}/{made.json()['id']}"
    assert made.json()["state"] == "draft"
    assert send(owner_client, "patch", path, {"name": "베라"}).json()["name"] == "베라"
    assert [each["name"] for each in owner_client.get(URL).json()["results"]] == ["베라"]
    for status in (204, 404):
        assert owner_client.delete(path).status_code == status
    assert owner_client.get(path).status_code == 404
    assert owner_client.get(URL).json()["results"] == []


@pytest.mark.parametrize("name", ["", "x" * 121, None])
def test_a_bad_name_is_refused(owner_client: Client, name: str | None) -> None:
    response = send(owner_client, "post", URL, {"name": name})
    assert (response.status_code, response.json()["error"]["field"]) == (400, "name")
    assert not Voice.objects.exists()


def test_strangers_find_no_voice_and_change_nothing(
    voice: Voice, owner: User, stranger_client: Client, anonymous_client: Client
) -> None:
    consent(voice, owner)
    path = f"{URL}/{voice.id}"
    before = (Voice.objects.values().get(), Consent.objects.values().get())
    tries = [
        ("get", path, None),
        ("patch", path, {"name": "mine"}),
        ("delete", path, None),
        ("post", f"{path}/consent", consent_body()),
        ("delete", f"{path}/consent", None),
        ("get", f"{path}/export", None),
    ]
    for method, address, body in tries:
        assert send(stranger_client, method, address, body).status_code == 404
        assert send(anonymous_client, method, address, body).status_code == 401
    assert (Voice.objects.values().get(), Consent.objects.values().get()) == before
    assert stranger_client.get(URL).json()["results"] == []


def test_the_statement_is_told_in_both_languages(owner_client: Client) -> None:
    said = owner_client.get("/api/v1/consent-statement").json()
    assert said == {"version": statement.VERSION, **statement.TEXT}


def test_consent_keeps_who_when_and_what(voice: Voice, owner: User, owner_client: Client) -> None:
    for _ in range(2):
        response = send(owner_client, "post", f"{URL}/{voice.id}/consent", consent_body())
        assert response.status_code == 201
    shown = response.json()["consent"]
    assert (shown["singer_name"], shown["scope"], shown["user"]) == ("김하나", "own", owner.email)
    row = Consent.objects.get()
    assert row.user == owner
    assert statement.TEXT["ko"] in row.statement_text


@pytest.mark.parametrize(
    "change",
    [
        {"agreed": False},
        {"agreed": None},
        {"singer_name": ""},
        {"scope": "stolen"},
        {"statement_version": "2020"},
    ],
)
def test_consent_is_explicit_and_to_the_current_text(
    voice: Voice, owner_client: Client, change: dict[str, Any]
) -> None:
    response = send(owner_client, "post", f"{URL}/{voice.id}/consent", consent_body(**change))
    assert response.status_code in (400, 409)
    assert not Consent.objects.exists()


def test_another_consent_needs_the_first_to_be_revoked(
    voice: Voice, owner: User, owner_client: Client
) -> None:
    consent(voice, owner)
    body = consent_body(singer_name="박둘")
    response = send(owner_client, "post", f"{URL}/{voice.id}/consent", body)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "consent-exists")


def test_revoking_disables_and_a_new_consent_restores(
    voice: Voice, owner: User, owner_client: Client
) -> None:
    consent(voice, owner)
    make_ready(voice)
    path = f"{URL}/{voice.id}/consent"
    for _ in range(2):
        assert owner_client.delete(path).json()["state"] == "disabled"
    row = Consent.objects.get()
    assert (row.revoked_by, row.revoked_at is not None) == (owner, True)
    assert owner_client.get(f"{URL}/{voice.id}/export").status_code == 409
    restored = send(owner_client, "post", path, consent_body()).json()
    assert (restored["state"], restored["consent"]["revoked_at"]) == ("ready", None)
    assert Consent.objects.count() == 2


def test_export_links_name_the_files(voice: Voice, owner_client: Client) -> None:
    path = f"{URL}/{voice.id}/export"
    assert owner_client.get(path).status_code == 409
    make_ready(voice)
    links = owner_client.get(path).json()
    assert (links["model"]["filename"], links["index"]["filename"]) == (
        "아리아.pth",
        "아리아.index",
    )
    assert "X-Amz-Signature" in links["model"]["url"]


def test_deleting_a_voice_deletes_its_files_and_keeps_the_consent(
    voice: Voice, owner: User
) -> None:
    consent(voice, owner)
    make_ready(voice)
    keys = [f"jobs/{voice.id}/model.pth", f"jobs/{voice.id}/model.index"]
    assert all(storage.exists(key) for key in keys)
    services.delete(voice.id)
    erasure.erase_due()
    assert not any(storage.exists(key) for key in keys)
    assert Voice.objects.get().state == VoiceState.DELETED
    assert Consent.objects.count() == 1
