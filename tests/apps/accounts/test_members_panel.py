"""What operators do to a workspace's people follows the members' own rules."""

import pytest
from django.test import Client

from apps.accounts import keys
from apps.accounts.models import Membership, Role, User, Workspace
from tests.factories import PASSWORD, make_user
from tests.operators import members_form, operator_browser, with_second_factor


@pytest.fixture
def panel(db: None) -> Client:
    operator = User.objects.create_superuser("operator@example.com", PASSWORD)
    return operator_browser(with_second_factor(operator))


def page(workspace: Workspace) -> str:
    return f"/admin/accounts/workspace/{workspace.pk}/change/"


@pytest.mark.parametrize(
    "change", [{"memberships-0-role": "member"}, {"memberships-0-DELETE": "on"}]
)
def test_operators_leave_no_workspace_without_an_owner(
    change: dict[str, str], panel: Client, workspace: Workspace, owner: User
) -> None:
    answer = panel.post(page(workspace), members_form(workspace, **change))
    assert answer.status_code == 200
    assert "워크스페이스에는 소유자가 한 명은 있어야 합니다." in answer.content.decode()
    assert Membership.objects.get(workspace=workspace).role == Role.OWNER


def test_a_member_whom_an_operator_removes_is_out(
    panel: Client, workspace: Workspace, owner: User
) -> None:
    """As by the owner's own button: keys end, and a workspace of their own is left."""
    mate = make_user("mate@example.com", workspace=workspace)
    key = keys.create(workspace, mate, name="their own", scopes=["read"])[0]
    number = list(Membership.objects.filter(workspace=workspace).order_by("pk")).index(
        Membership.objects.get(workspace=workspace, user=mate)
    )
    form = members_form(workspace, **{f"memberships-{number}-DELETE": "on"})
    assert panel.post(page(workspace), form).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    own = Membership.objects.get(user=mate)
    assert (own.role, own.workspace_id != workspace.pk) == (Role.OWNER, True)
