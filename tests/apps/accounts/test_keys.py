"""/api/v1/keys, and what a key opens."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import keys
from apps.accounts.models import ApiKey, Membership, User, Workspace
from tests.apps.conftest import browser, program
from tests.factories import make_file, make_user

JSON = "application/json"
KEYS = "/api/v1/keys"


def bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def made(owner_client: Client, *scopes: str, **more: object) -> dict[str, object]:
    answer = owner_client.post(KEYS, {"name": "연동", "scopes": scopes, **more}, JSON)
    assert answer.status_code == 201, answer.content
    body: dict[str, object] = answer.json()
    return body


def test_is_shown_once_and_kept_as_a_digest(owner_client: Client, workspace: Workspace) -> None:
    body = made(owner_client, "read")
    text = str(body["key"])
    assert re.fullmatch(r"avs_[0-9a-f]{8}_[\w-]{43}", text)
    assert text.startswith(f"{body['prefix']}_")
    [row] = ApiKey.objects.values()
    assert text not in str(row)
    assert row["digest"] == keys.digest_of(text)
    for shown in (owner_client.get(KEYS), owner_client.get(f"{KEYS}/{body['id']}")):
        assert text not in shown.content.decode()
        assert str(body["prefix"]) in shown.content.decode()


def test_opens_its_workspace_without_csrf(owner: User, workspace: Workspace) -> None:
    file = make_file(workspace, name="내 노래.wav")
    _, text = keys.create(workspace, owner, name="x", scopes=["write"])
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}"})
    assert client.get("/api/v1/files").json()["results"][0]["id"] == str(file.pk)
    renamed = client.patch(f"/api/v1/files/{file.pk}", {"name": "b.wav"}, JSON)
    assert renamed.json()["name"] == "b.wav"
    me = client.get("/api/v1/me").json()
    assert (me["key"]["name"], me["user"]["email"]) == ("x", owner.email)


def test_knows_one_workspace_only(owner: User, workspace: Workspace) -> None:
    other = Membership.objects.create(user=owner, workspace=Workspace.objects.create(name="둘째"))
    client = program(owner, "write")
    me = client.get("/api/v1/me").json()
    assert [one["id"] for one in me["workspaces"]] == [str(workspace.pk)]
    foreign = {"X-Workspace": str(other.workspace_id)}
    assert client.get("/api/v1/files", headers=foreign).status_code == 404
    assert browser(owner).get("/api/v1/files", headers=foreign).status_code == 200
    assert client.get(f"/api/v1/workspaces/{other.workspace_id}").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "method", "path", "allowed"),
    [
        (["read"], "GET", "/api/v1/files", True),
        (["read"], "POST", "/api/v1/voices", False),
        (["read"], "GET", KEYS, False),
        (["write"], "POST", "/api/v1/voices", True),
        (["write"], "GET", "/api/v1/voices", True),
        (["write"], "POST", KEYS, False),
        (["voices:write"], "POST", "/api/v1/voices", True),
        (["voices:write"], "GET", "/api/v1/voices", True),
        (["voices:write"], "GET", "/api/v1/jobs", False),
        (["voices:read"], "POST", "/api/v1/voices", False),
        (["voices:read"], "GET", "/api/v1/consent-statement", True),
        (["keys:read"], "GET", KEYS, True),
        (["keys:read"], "POST", KEYS, False),
    ],
)
def test_scopes(owner: User, scopes: list[str], method: str, path: str, allowed: bool) -> None:
    body = '{"name": "x", "scopes": ["read"]}'
    answer = program(owner, *scopes).generic(method, path, body, JSON)
    if allowed:
        assert answer.status_code in (200, 201), answer.content
    else:
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "key-scope")


@pytest.mark.parametrize(
    ("own", "wanted", "status"),
    [
        (["keys:write"], ["keys:write"], 201),
        (["keys:write"], ["read"], 403),
        (["keys:write", "read"], ["files:read"], 201),
        (["keys:write", "read"], ["files:write"], 403),
        (["keys:write", "write"], ["read", "files:write"], 201),
        (["keys:write", "voices:write"], ["voices:read"], 201),
        (["keys:write", "write"], ["write", "keys:read"], 201),
    ],
)
def test_gives_no_more_than_it_has(
    owner: User, own: list[str], wanted: list[str], status: int
) -> None:
    client = program(owner, *own)
    before = ApiKey.objects.count()
    answer = client.post(KEYS, {"name": "x", "scopes": wanted}, JSON)
    assert answer.status_code == status
    assert ApiKey.objects.count() == before + (status == 201)


def test_ends(owner_client: Client, owner: User, workspace: Workspace) -> None:
    body = made(owner_client, "read")
    client = bearer(str(body["key"]))
    assert client.get("/api/v1/files").status_code == 200
    assert owner_client.delete(f"{KEYS}/{body['id']}").status_code == 204
    assert owner_client.delete(f"{KEYS}/{body['id']}").status_code == 204
    refused = client.get("/api/v1/files")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key-invalid")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert owner_client.get(f"{KEYS}/{body['id']}").json()["revoked_at"]

    soon = (timezone.now() + timedelta(minutes=5)).isoformat()
    expiring = bearer(str(made(owner_client, "read", expires_at=soon)["key"]))
    assert expiring.get("/api/v1/files").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now())
    assert expiring.get("/api/v1/files").status_code == 401


@pytest.mark.parametrize("how", ["left", "inactive"])
def test_ends_with_its_maker(mate: User, workspace: Workspace, how: str) -> None:
    client = program(mate, "read")
    assert client.get("/api/v1/files").status_code == 200
    if how == "left":
        Membership.objects.filter(user=mate).delete()
    else:
        User.objects.filter(pk=mate.pk).update(is_active=False)
    assert client.get("/api/v1/files").status_code == 401


def test_last_use_is_noted_once_a_minute(owner: User, workspace: Workspace) -> None:
    key, text = keys.create(workspace, owner, name="x", scopes=["read"])
    client = bearer(text)
    client.get("/api/v1/files")
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    client.get("/api/v1/files")
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    client.get("/api/v1/files")
    key.refresh_from_db()
    assert key.last_used_at > first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["fly"]}, "scopes.0"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_bad_bodies(owner_client: Client, body: dict[str, object], field: str) -> None:
    answer = owner_client.post(KEYS, body, JSON)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert not ApiKey.objects.exists()


def test_there_are_not_too_many(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MAX_KEYS", 1)
    body = made(owner_client, "read")
    answer = owner_client.post(KEYS, {"name": "x", "scopes": ["read"]}, JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too-many-keys")
    owner_client.delete(f"{KEYS}/{body['id']}")
    assert made(owner_client, "read")


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "bearer avs_00000000_x"])
def test_nonsense(db: None, owner_client: Client, header: str) -> None:
    """Also beside a session: who shows a key means that key."""
    for client in (Client(), owner_client):
        answer = client.get("/api/v1/files", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "key-invalid")


def test_workspaces(
    owner: User, owner_client: Client, mate_client: Client, workspace: Workspace
) -> None:
    path = f"/api/v1/workspaces/{workspace.pk}"
    listed = owner_client.get("/api/v1/workspaces?role=owner").json()["results"]
    assert listed == [
        {
            "id": str(workspace.pk),
            "name": workspace.name,
            "role": "owner",
            "suspended_at": None,
        }
    ]
    assert owner_client.get("/api/v1/workspaces?role=member").json()["results"] == []
    assert owner_client.patch(path, {"name": "새 이름"}, JSON).json()["name"] == "새 이름"
    refused = mate_client.patch(path, {"name": "x"}, JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "owner-only")
    assert mate_client.get(path).json() == {
        "id": str(workspace.pk),
        "name": "새 이름",
        "role": "member",
        "suspended_at": None,
    }
    other = make_user()
    assert browser(other).patch(path, {"name": "x"}, JSON).status_code == 404
