"""Members: their list, roles, leaving, removing; one owner always stays."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.http import Http404
from django.test import Client

from apps.accounts import invitations, keys, members
from apps.accounts.models import ApiKey, Invitation, Membership, Role, User, Workspace
from apps.common.errors import ApiError
from tests.apps.conftest import browser, program
from tests.factories import make_user, workspace_of

JSON = "application/json"


@pytest.fixture
def path(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}"


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def roles_in(workspace: Workspace) -> dict[str, str]:
    found = Membership.objects.filter(workspace=workspace)
    return dict(found.values_list("user__email", "role"))


def test_list(owner: User, mate: User, mate_client: Client, path: str) -> None:
    listed = mate_client.get(f"{path}/members").json()["results"]
    assert [(one["id"], one["email"], one["role"]) for one in listed] == [
        (str(mate.pk), "mate@example.com", "member"),
        (str(owner.pk), "owner@example.com", "owner"),
    ]


def test_roles(owner: User, mate: User, workspace: Workspace, path: str) -> None:
    """Ownership is handed on: the mate first, then the owner steps down."""
    client = browser(owner)
    mine, theirs = f"{path}/members/{owner.pk}", f"{path}/members/{mate.pk}"
    assert code_of(client.patch(mine, {"role": "member"}, JSON)) == (409, "last-owner")
    raised = client.patch(theirs, {"role": "owner"}, JSON)
    assert (raised.status_code, raised.json()["role"]) == (200, "owner")
    assert client.patch(mine, {"role": "member"}, JSON).json()["role"] == "member"
    assert code_of(client.patch(theirs, {"role": "member"}, JSON)) == (403, "owner-only")
    assert code_of(browser(mate).patch(theirs, {"role": "chief"}, JSON)) == (400, "invalid")
    assert roles_in(workspace) == {"owner@example.com": "member", "mate@example.com": "owner"}


def test_a_lost_role_is_lost_for_keys_too(owner: User, mate: User, workspace: Workspace) -> None:
    members.change_role(workspace, mate.pk, Role.OWNER)
    client = program(owner, "keys:write")
    body = {"name": "x", "scopes": ["keys:read"]}
    assert client.post("/api/v1/keys", body, JSON).status_code == 201
    members.change_role(workspace, owner.pk, Role.MEMBER)
    assert code_of(client.post("/api/v1/keys", body, JSON)) == (403, "owner-only")


def test_removal(owner: User, mate: User, workspace: Workspace, path: str) -> None:
    """Nothing of the workspace is left to them, and they are not left without one."""
    their_browser, their_program = browser(mate), program(mate, "read")
    assert their_program.get("/api/v1/files").status_code == 200
    assert browser(owner).delete(f"{path}/members/{mate.pk}").status_code == 204
    assert code_of(their_browser.get(f"{path}/members")) == (404, "not-found")
    assert their_program.get("/api/v1/files").status_code == 401
    assert ApiKey.objects.get(user=mate).revoked_at is not None, "also if they come back"
    assert workspace_of(mate).name == "mate의 스튜디오"
    assert their_browser.get("/api/v1/me").json()["workspace"]["role"] == "owner"
    assert code_of(browser(owner).delete(f"{path}/members/{mate.pk}")) == (404, "not-found")


def test_leaving(owner: User, mate: User, workspace: Workspace, path: str) -> None:
    assert code_of(browser(owner).post(f"{path}/leave")) == (409, "last-owner")
    assert code_of(browser(owner).delete(f"{path}/members/{owner.pk}")) == (409, "last-owner")
    assert browser(mate).post(f"{path}/leave").status_code == 204
    assert roles_in(workspace) == {"owner@example.com": "owner"}


def test_invitations_of_a_former_owner_end(owner: User, mate: User, workspace: Workspace) -> None:
    members.change_role(workspace, mate.pk, Role.OWNER)
    invitations.invite(workspace, mate, email="friend@example.com", role=Role.OWNER)
    members.remove(workspace, mate.pk)
    assert Invitation.objects.get().revoked_at is not None


def test_nobody_without_a_membership(workspace: Workspace, stranger: User, owner: User) -> None:
    keys.create(workspace, owner, name="x", scopes=["read"])
    with pytest.raises(Http404):
        members.remove(workspace, stranger.pk)
    with pytest.raises(Http404):
        members.change_role(workspace, stranger.pk, Role.OWNER)
    assert ApiKey.objects.get().revoked_at is None


def at_once(*work: Callable[[], object]) -> list[str]:
    """What each ends with, all begun at the same moment."""
    barrier, ends = threading.Barrier(len(work)), [""] * len(work)

    def run(place: int, do: Callable[[], object]) -> None:
        barrier.wait()
        try:
            do()
            ends[place] = "done"
        except ApiError as error:
            ends[place] = error.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leaving", [True, False])
def test_two_owners_cannot_both_go_at_once(leaving: bool) -> None:
    first = make_user()
    workspace = workspace_of(first)
    second = make_user(workspace=workspace)
    members.change_role(workspace, second.pk, Role.OWNER)

    def go(user_id: uuid.UUID) -> object:
        if leaving:
            members.remove(workspace, user_id)
            return None
        return members.change_role(workspace, user_id, Role.MEMBER)

    assert at_once(lambda: go(first.pk), lambda: go(second.pk)) == ["done", "last-owner"]
    assert Membership.objects.filter(workspace=workspace, role=Role.OWNER).count() == 1
