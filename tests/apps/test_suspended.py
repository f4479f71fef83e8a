"""What still works in a suspended workspace: every operation is tried, and nobody is held in it."""

import json
import re
from typing import Any, Final

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from apps.accounts import invitations, members, services
from apps.accounts.models import Membership, Role, User, Workspace
from apps.leaving import erasure
from apps.leaving.models import By, Subject
from tests.apps.conftest import browser
from tests.apps.possessions import one_of_each
from tests.apps.test_roles import OPERATIONS
from tests.apps.test_strangers import body_naming, everything
from tests.factories import make_user, workspace_of
from tests.operators import operator_browser

JSON = "application/json"
CHANGES: Final = [each for each in OPERATIONS if not each.startswith("GET ")]
OPEN: Final = {
    "POST /workspaces/{id}/leave",
    "POST /exports",
    "POST /erasures/account",
    "DELETE /erasures/account",
    "POST /erasures/workspace",
    "DELETE /erasures/workspace",
}
"""Takes people or their data out of it."""
ELSEWHERE: Final = {
    "PATCH /me",
    "POST /me/acceptances",
    "POST /invitations/look",
    "POST /invitations/accept",
}
"""Is not about the workspace."""


def send(client: Client, operation: str, own: dict[str, str], workspace: Workspace) -> Any:
    method, _, path = operation.partition(" ")
    target = "/api/v1" + re.sub(r"(\w+)/{\w+}", lambda found: f"{found[1]}/{own[found[1]]}", path)
    headers = {"X-Workspace": str(workspace.pk)}
    return client.generic(method, target, json.dumps(body_naming(own)), JSON, headers=headers)


@pytest.mark.parametrize("operation", CHANGES)
def test_only_what_leads_out_is_open(operation: str, owner: User, workspace: Workspace) -> None:
    own, client = one_of_each(workspace, owner), browser(owner)
    services.suspend(workspace.pk)
    before = everything()
    answer = send(client, operation, own, workspace)
    code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
    if operation in OPEN | ELSEWHERE:
        assert code != "workspace-suspended"
        return
    assert (answer.status_code, code) == (403, "workspace-suspended")
    assert everything() == before


def test_members_leave_and_an_owner_where_another_is(
    owner: User, mate: User, workspace: Workspace
) -> None:
    second = make_user("second@example.com", workspace=workspace)
    members.change_role(workspace, second.pk, Role.OWNER)
    services.suspend(workspace.pk)
    path = f"/api/v1/workspaces/{workspace.pk}/leave"
    assert browser(mate).post(path).status_code == 204
    assert workspace_of(mate).suspended_at is None, "of their own now"
    assert browser(owner).post(path).status_code == 204
    refused = browser(second).post(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "last-owner")
    assert [each.user for each in Membership.objects.filter(workspace=workspace)] == [second]


def test_the_owner_exports_and_deletes_both(owner: User, mate: User, workspace: Workspace) -> None:
    services.suspend(workspace.pk)
    client = operator_browser(owner)  # who gave the password just now
    assert client.post("/api/v1/exports", {}, JSON).status_code == 202
    refused = client.post("/api/v1/erasures/account")
    assert refused.json()["error"]["code"] == "workspace-has-members"
    assert client.post("/api/v1/erasures/workspace").status_code == 200
    assert erasure.current(Subject.WORKSPACE, workspace.pk) is not None
    assert client.delete("/api/v1/erasures/workspace").status_code == 200
    workspace.refresh_from_db()
    assert workspace.suspended_at is not None, "taking it back lifts no operator's suspension"
    members.remove(workspace, mate.pk)
    assert client.post("/api/v1/erasures/account").status_code == 200
    planned = erasure.current(Subject.ACCOUNT, owner.pk)
    assert planned is not None
    assert (planned.by, planned.suspended) == (By.CUSTOMER, [])


def test_another_workspace_can_be_joined(owner: User, workspace: Workspace, stranger: User) -> None:
    """Who is in a suspended one alone still gets into another."""
    other = workspace_of(stranger)
    services.suspend(workspace.pk)
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    invitation = invitations.invite(other, stranger, email=owner.email, role=Role.MEMBER)
    token = "t" * 43
    type(invitation).objects.filter(pk=invitation.pk).update(digest=invitations.digest_of(token))
    client = browser(owner)
    assert client.post("/api/v1/invitations/accept", {"token": token}, JSON).status_code == 200
    assert Membership.objects.filter(workspace=other, user=owner).exists()
