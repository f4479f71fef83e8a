"""Invitations by mail: sent, read, accepted, taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.accounts import invitations, mails, tasks
from apps.accounts.models import Invitation, Membership, Role, User, Workspace
from apps.common.sealed import seal
from apps.common.throttle import Limit
from tests.apps.accounts.test_signup import AGREED, AUTH, link_key
from tests.apps.conftest import browser
from tests.factories import PASSWORD, make_user, workspace_of

JSON = "application/json"
EMAIL = "producer@example.com"
LOOK, ACCEPT = "/api/v1/invitations/look", "/api/v1/invitations/accept"


@pytest.fixture(autouse=True)
def post_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests commit nothing and have no worker: the mail leaves at once."""
    monkeypatch.setattr(tasks.mail_invitation, "delay", mails.mail_invitation)
    monkeypatch.setattr(transaction, "on_commit", lambda work, **_: work())


@pytest.fixture
def path(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/invitations"


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def verified(email: str = EMAIL, **fields: Any) -> User:
    user = make_user(email)
    EmailAddress.objects.create(user=user, email=email, **({"verified": True} | fields))
    return user


def token_of(mail: EmailMessage) -> str:
    match = re.search(r"/invitations/([\w-]{43})\s", str(mail.body))
    assert match, mail.body
    return match[1]


def accept(user: User | Client, token: str) -> Any:
    client = user if isinstance(user, Client) else browser(user)
    return client.post(ACCEPT, {"token": token}, JSON)


def test_works(
    owner_client: Client, workspace: Workspace, path: str, mailoutbox: list[EmailMessage]
) -> None:
    made = owner_client.post(path, {"email": "Producer@Example.com", "role": "member"}, JSON)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["email"], shown["role"], shown["invited_by"]) == (
        EMAIL,
        "member",
        "owner@example.com",
    )
    assert owner_client.get(path).json()["results"] == [shown]
    (mail,) = mailoutbox
    assert mail.to == [EMAIL]
    assert mail.subject == (
        "[AI Voice Studio] owner@example.com 님이 초대했습니다 · owner@example.com invited you"
    )
    assert "“owner의 스튜디오”" in mail.body
    token = token_of(mail)
    assert token not in str(list(Invitation.objects.values()))

    read = Client().post(LOOK, {"token": token}, JSON)
    assert read.json() == {
        "email": EMAIL,
        "role": "member",
        "workspace": "owner의 스튜디오",
        "invited_by": "owner@example.com",
        "expires_at": shown["expires_at"],
    }
    user = verified()
    joined = accept(user, token)
    assert joined.json() == {
        "id": str(workspace.pk),
        "name": "owner의 스튜디오",
        "role": "member",
        "suspended_at": None,
    }
    mine = browser(user).get("/api/v1/me").json()["workspaces"]
    assert [one["role"] for one in mine] == ["owner", "member"]
    assert owner_client.get(path).json()["results"] == []
    assert accept(user, token).json() == joined.json(), "harmless when repeated"
    assert code_of(Client().post(LOOK, {"token": token}, JSON)) == (409, "invitation-gone")


def test_a_newcomer_signs_up_verifies_and_accepts(
    owner_client: Client, workspace: Workspace, path: str, mailoutbox: list[EmailMessage]
) -> None:
    owner_client.post(path, {"email": EMAIL, "role": "owner"}, JSON)
    token = token_of(mailoutbox[0])
    client = Client()
    assert accept(client, token).status_code == 401
    sign_up = {"email": EMAIL, "password": PASSWORD} | AGREED
    client.post(f"{AUTH}/auth/signup", sign_up, JSON)
    assert accept(client, token).status_code == 401, "not before the address is verified"
    key = link_key(mailoutbox[-1], "verify-email")
    assert client.post(f"{AUTH}/auth/email/verify", {"key": key}, JSON).status_code == 200
    assert accept(client, token).json()["role"] == "owner"
    newcomer = User.objects.get(email=EMAIL)
    assert Membership.objects.filter(user=newcomer).count() == 2, "their own one beside it"


@pytest.mark.parametrize("who", ["other", "unverified", "elsewhere"])
def test_only_who_reads_the_mail_gets_in(
    owner_client: Client, workspace: Workspace, path: str, mailoutbox: list[EmailMessage], who: str
) -> None:
    """A link alone opens nothing, however it was come by."""
    owner_client.post(path, {"email": EMAIL}, JSON)
    token = token_of(mailoutbox[0])
    user = verified(verified=False) if who == "unverified" else verified("other@example.com")
    if who == "elsewhere":
        EmailAddress.objects.create(user=user, email=EMAIL, verified=False)
    assert code_of(accept(user, token)) == (403, "invitation-other-address")
    assert not Membership.objects.filter(user=user, workspace=workspace).exists()
    assert Invitation.objects.get().accepted_at is None


def test_a_second_verified_address_counts(
    owner_client: Client, path: str, mailoutbox: list[EmailMessage]
) -> None:
    owner_client.post(path, {"email": EMAIL}, JSON)
    user = verified("other@example.com")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True)
    assert accept(user, token_of(mailoutbox[0])).status_code == 200


@pytest.mark.parametrize("how", ["revoked", "expired", "resent", "suspended"])
def test_too_late(
    owner_client: Client, workspace: Workspace, path: str, mailoutbox: list[EmailMessage], how: str
) -> None:
    pk = owner_client.post(path, {"email": EMAIL}, JSON).json()["id"]
    token, user = token_of(mailoutbox[0]), verified()
    expected = (409, "invitation-gone")
    if how == "revoked":
        assert [owner_client.delete(f"{path}/{pk}").status_code for _ in range(2)] == [204, 204]
        assert code_of(owner_client.post(f"{path}/{pk}/resend")) == (404, "not-found")
    elif how == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif how == "resent":
        assert owner_client.post(f"{path}/{pk}/resend").status_code == 200
    else:
        Workspace.objects.filter(pk=workspace.pk).update(suspended_at=timezone.now())
        expected = (403, "workspace-suspended")
    assert code_of(accept(user, token)) == expected
    assert not Membership.objects.filter(user=user, workspace=workspace).exists()
    if how in {"expired", "resent"}:
        owner_client.post(f"{path}/{pk}/resend")
        assert accept(user, token_of(mailoutbox[-1])).status_code == 200


def test_answers_do_not_tell_whether_there_is_an_account(
    owner_client: Client, path: str, mailoutbox: list[EmailMessage]
) -> None:
    verified("known@example.com")
    bodies = []
    for name in ("known", "new"):
        made = owner_client.post(path, {"email": f"{name}@example.com"}, JSON)
        token = token_of(mailoutbox[-1])
        read = Client().post(LOOK, {"token": token}, JSON)
        text = made.content.decode() + read.content.decode() + str(mailoutbox[-1].body)
        text = text.replace(token, "").replace(name, "").replace(made.json()["id"], "")
        bodies.append((made.status_code, read.status_code, re.sub(r"\d\d:\d\d:[\d.]+", "", text)))
    assert bodies[0] == bodies[1]


def test_refusals(owner_client: Client, mate: User, path: str, settings: Any) -> None:
    assert code_of(owner_client.post(path, {"email": mate.email}, JSON)) == (409, "already-member")
    assert code_of(owner_client.post(path, {"email": "nonsense"}, JSON)) == (400, "invalid")
    assert code_of(owner_client.post(path, {"email": EMAIL, "role": "king"}, JSON))[0] == 400
    assert owner_client.post(path, {"email": EMAIL}, JSON).status_code == 201
    again = owner_client.post(path, {"email": EMAIL.upper()}, JSON)
    assert code_of(again) == (409, "invited-already")
    assert Invitation.objects.count() == 1


def test_mails_are_paced(
    owner_client: Client,
    stranger: User,
    path: str,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By address over all workspaces, and by workspace over all addresses."""
    pk = owner_client.post(path, {"email": EMAIL}, JSON).json()["id"]
    answers = [owner_client.post(f"{path}/{pk}/resend") for _ in range(5)]
    assert [each.status_code for each in answers] == [200] * 4 + [429]
    assert answers[-1].headers["Retry-After"]
    elsewhere = f"/api/v1/workspaces/{workspace_of(stranger).pk}/invitations"
    assert browser(stranger).post(elsewhere, {"email": EMAIL}, JSON).status_code == 429
    assert len(mailoutbox) == 5
    monkeypatch.setattr(invitations, "OF_A_WORKSPACE", Limit("invitations", 6, 60))
    assert owner_client.post(path, {"email": "b@example.com"}, JSON).status_code == 429


def test_open_ones_are_limited(
    owner_client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MAX_OPEN", 1)
    assert owner_client.post(path, {"email": EMAIL}, JSON).status_code == 201
    refused = owner_client.post(path, {"email": "b@example.com"}, JSON)
    assert code_of(refused) == (409, "too-many-invitations")


def test_seats_are_the_plans(
    selling: object, owner_client: Client, workspace: Workspace, path: str, mailoutbox: Any
) -> None:
    """The trial has two; invited people count, and so do those who came in meanwhile."""
    assert owner_client.post(path, {"email": EMAIL}, JSON).status_code == 201
    refused = owner_client.post(path, {"email": "b@example.com"}, JSON)
    assert code_of(refused) == (402, "quota-seats")
    mate = make_user(workspace=workspace)
    user = verified()
    token = token_of(mailoutbox[0])
    assert code_of(accept(user, token)) == (402, "quota-seats")
    assert Invitation.objects.get().accepted_at is None, "it can be accepted later"
    Membership.objects.filter(user=mate).delete()
    assert accept(user, token).status_code == 200


def test_the_mail_is_not_sent_for_what_was_taken_back(
    owner: User, workspace: Workspace, mailoutbox: list[EmailMessage]
) -> None:
    made = invitations.invite(workspace, owner, email=EMAIL, role=Role.MEMBER)
    invitations.revoke(workspace, made.pk)
    mailoutbox.clear()
    mails.mail_invitation(str(made.pk), seal("token"))
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("푸른밤 레이블", "푸른밤 레이블"),
        ("a\nb", "a b"),
        ("Win at http://evil.example", ""),
        ("evil.example 무료", ""),
        ("Dr. Kim", "Dr. Kim"),
    ],
)
def test_a_name_that_reads_like_a_link_is_not_quoted(name: str, quoted: str) -> None:
    assert mails.harmless(name) == quoted


def test_expire_in_a_week(owner: User, workspace: Workspace) -> None:
    made = invitations.invite(workspace, owner, email=EMAIL, role=Role.MEMBER)
    assert made.expires_at - made.sent_at == timedelta(days=7)
