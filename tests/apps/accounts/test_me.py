"""GET and PATCH /api/v1/me, and which workspace a request is about."""

import uuid

import pytest
from django.test import Client

from apps.accounts.models import User, Workspace
from apps.accounts.services import open_personal_workspace
from tests.factories import make_user, workspace_of

JSON = "application/json"


def test_works(owner_client: Client, owner: User, workspace: Workspace) -> None:
    answer = owner_client.get("/api/v1/me")
    assert answer.status_code == 200
    one = {"id": str(workspace.pk), "name": workspace.name, "role": "owner", "suspended_at": None}
    assert answer.json() == {
        "user": {
            "id": str(owner.pk),
            "email": "owner@example.com",
            "name": "",
            "language": "ko",
            "mails_trainings": True,
            "is_staff": False,
        },
        "workspace": one,
        "workspaces": [one],
        "key": None,
        "to_accept": [],
    }


def test_mate_sees_both_workspaces(owner: User, mate: User, mate_client: Client) -> None:
    own = open_personal_workspace(mate)
    assert own == workspace_of(owner), "a member needs no second one"
    assert mate_client.get("/api/v1/me").json()["workspace"]["role"] == "member"


def test_header_chooses(owner_client: Client, workspace: Workspace) -> None:
    chosen = owner_client.get("/api/v1/me", headers={"X-Workspace": str(workspace.pk)})
    assert chosen.json()["workspace"]["id"] == str(workspace.pk)


@pytest.mark.parametrize("header", ["nonsense", str(uuid.uuid4()), "'; DROP TABLE"])
def test_unknown_workspace(owner_client: Client, header: str) -> None:
    assert owner_client.get("/api/v1/me", headers={"X-Workspace": header}).status_code == 404


def test_stranger_cannot_choose(stranger_client: Client, workspace: Workspace) -> None:
    headers = {"X-Workspace": str(workspace.pk)}
    assert stranger_client.get("/api/v1/me", headers=headers).status_code == 404
    assert stranger_client.get("/api/v1/files", headers=headers).status_code == 404


def test_language(owner_client: Client, owner: User) -> None:
    changed = owner_client.patch("/api/v1/me", {"language": "en"}, JSON)
    assert changed.json()["user"]["language"] == "en"
    owner.refresh_from_db()
    assert owner.language == "en"
    assert owner.mails_trainings, "what is left out stays"
    refused = owner_client.patch("/api/v1/me", {"language": "xx"}, JSON)
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"]["language"]["code"] == "invalid_choice"
    owner.refresh_from_db()
    assert owner.language == "en"


def test_signed_out(anonymous_client: Client) -> None:
    answer = anonymous_client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == {
        "ko": "먼저 로그인해 주세요.",
        "en": "Sign in first.",
    }


def test_csrf_is_needed(owner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    refused = strict.patch("/api/v1/me", {"language": "en"}, JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf")
    token = strict.get("/api/v1/csrf").json()["token"]
    passed = strict.patch("/api/v1/me", {"language": "en"}, JSON, headers={"X-CSRFToken": token})
    assert passed.status_code == 200


def test_personal_workspace_is_opened_once(db: None) -> None:
    user = make_user("twice@example.com")
    assert open_personal_workspace(user) == open_personal_workspace(user)
    assert user.memberships.count() == 1


def test_addresses_differ_by_more_than_case(db: None) -> None:
    make_user("Case@example.com")
    assert User.objects.get_by_natural_key("CASE@EXAMPLE.COM").email == "case@example.com"


def test_mails_about_trainings(owner_client: Client, owner: User) -> None:
    changed = owner_client.patch("/api/v1/me", {"mails_trainings": False}, JSON)
    assert changed.json()["user"]["mails_trainings"] is False
    owner.refresh_from_db()
    assert (owner.mails_trainings, owner.language) == (False, "ko")


def test_name(owner_client: Client, mate_client: Client, owner: User, workspace: Workspace) -> None:
    def listed() -> dict[str, str]:
        members = mate_client.get(f"/api/v1/workspaces/{workspace.pk}/members").json()["results"]
        return {member["email"]: member["name"] for member in members}

    assert listed() == {"owner@example.com": "", "mate@example.com": ""}
    changed = owner_client.patch("/api/v1/me", {"name": "  김하나 "}, JSON)
    assert changed.json()["user"]["name"] == "김하나"
    assert listed() == {"owner@example.com": "김하나", "mate@example.com": ""}
    refused = owner_client.patch("/api/v1/me", {"name": "가" * 61}, JSON)
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"]["name"]["code"] == "max_length"
    assert listed()["owner@example.com"] == "김하나"
    emptied = owner_client.patch("/api/v1/me", {"name": ""}, JSON)
    assert emptied.json()["user"]["name"] == ""
    owner.refresh_from_db()
    assert (owner.name, owner.language) == ("", "ko")
