"""Sign-up, confirmation, sign-in and out, reset, sessions: as the studio's pages call them."""

import re
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import unquote

import celery
import pytest
from django.core.mail import EmailMessage
from django.test import Client

from apps.accounts import legal, tasks
from apps.accounts.models import Acceptance, Membership, Role, User, Workspace
from apps.billing.models import Balance, Entry
from apps.billing.plans import WELCOME_CREDITS
from tests.factories import PASSWORD, make_user

AUTH = "/_allauth/browser/v1"
EMAIL = "singer@example.com"
AGREED = {str(document): text.version for document, text in legal.IN_FORCE.items()}

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, **body: Any) -> Any:
    if path == "auth/signup":
        body = AGREED | body
    return client.post(f"{AUTH}/{path}", body, "application/json")


def link_key(mail: EmailMessage, page: str) -> str:
    match = re.search(rf"/{page}/(\S+)", str(mail.body))
    assert match
    return unquote(match[1])


def sign_up(client: Client, mailbox: list[EmailMessage]) -> Any:
    assert post(client, "auth/signup", email=EMAIL, password=PASSWORD).status_code == 401
    return post(client, "auth/email/verify", key=link_key(mailbox[-1], "verify-email"))


def test_sign_up(client: Client, mailoutbox: list[EmailMessage]) -> None:
    begun = post(client, "auth/signup", email="Singer@Example.com", password=PASSWORD)
    assert begun.status_code == 401
    assert {"id": "verify_email", "is_pending": True} in begun.json()["data"]["flows"]
    assert client.get("/api/v1/me").status_code == 401
    (workspace,) = Workspace.objects.all()
    assert not Entry.objects.exists(), "the trial comes with the verified mail"
    (mail,) = mailoutbox
    assert mail.to == [EMAIL]
    assert "이메일 주소를 확인해 주세요" in mail.subject
    assert "아래 링크를 눌러" in mail.body
    done = post(client, "auth/email/verify", key=link_key(mail, "verify-email"))
    assert done.status_code == 200
    user = User.objects.get(email=EMAIL)
    membership = Membership.objects.get(user=user)
    assert (membership.role, membership.workspace.name) == (Role.OWNER, "singer의 스튜디오")
    assert membership.workspace == workspace
    assert Balance.objects.get(workspace=workspace).available == WELCOME_CREDITS
    accepted = Acceptance.objects.filter(user=user).values_list("document", "version")
    assert dict(accepted) == AGREED
    me = client.get("/api/v1/me").json()
    assert me["user"]["email"] == EMAIL
    assert me["user"]["language"] == "ko"
    assert me["workspace"]["id"] == str(membership.workspace_id)


def test_english_page_makes_an_english_account(client: Client) -> None:
    client.post(
        f"{AUTH}/auth/signup",
        {"email": EMAIL, "password": PASSWORD} | AGREED,
        "application/json",
        headers={"Accept-Language": "en"},
    )
    assert User.objects.get(email=EMAIL).language == "en"


def test_sign_up_twice_tells_nobody(client: Client, mailoutbox: list[EmailMessage]) -> None:
    make_user(EMAIL)
    begun = post(client, "auth/signup", email=EMAIL, password=PASSWORD)
    assert begun.status_code == 401
    assert "이미 가입된" in mailoutbox[-1].subject
    assert User.objects.filter(email=EMAIL).count() == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("not-an-address", PASSWORD),
        (EMAIL, "short"),
        (EMAIL, "12345678"),
        (EMAIL, "password"),
        ("a\x00@example.com", PASSWORD),
    ],
)
def test_bad_sign_up(client: Client, email: str, password: str) -> None:
    assert post(client, "auth/signup", email=email, password=password).status_code == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("document", AGREED)
@pytest.mark.parametrize("version", ["", "2020-01-1"])
def test_sign_up_needs_the_documents_in_force(client: Client, document: str, version: str) -> None:
    refused = post(client, "auth/signup", email=EMAIL, password=PASSWORD, **{document: version})
    assert refused.status_code == 400
    (problem,) = refused.json()["errors"]
    assert problem["param"] == document
    assert problem["code"] == ("outdated" if version else "required")
    assert not User.objects.exists()


@pytest.mark.parametrize("document", AGREED)
def test_the_documents_can_be_read_by_everybody(client: Client, document: str) -> None:
    shown = client.get(f"/api/v1/legal/{document}").json()
    assert shown["version"] == AGREED[document]
    assert all(part["text"]["ko"] and part["text"]["en"] for part in shown["parts"])
    assert client.get("/api/v1/legal/other").status_code == 404


def test_verify_refuses_other_keys(client: Client) -> None:
    assert post(client, "auth/email/verify", key="MQ:abc:def").status_code == 400


def test_sign_in_and_out(client: Client, mailoutbox: list[EmailMessage]) -> None:
    assert sign_up(client, mailoutbox).status_code == 200
    assert client.delete(f"{AUTH}/auth/session").status_code == 401
    assert client.get("/api/v1/me").status_code == 401
    wrong = post(client, "auth/login", email=EMAIL, password="wrong")
    assert wrong.status_code == 400
    assert post(client, "auth/login", email=EMAIL.upper(), password=PASSWORD).status_code == 200
    assert client.get("/api/v1/me").status_code == 200


def test_sign_in_needs_a_confirmed_address(client: Client) -> None:
    post(client, "auth/signup", email=EMAIL, password=PASSWORD)
    other = Client()
    assert post(other, "auth/login", email=EMAIL, password=PASSWORD).status_code == 401
    assert other.get("/api/v1/me").status_code == 401


def test_reset(client: Client, mailoutbox: list[EmailMessage]) -> None:
    sign_up(client, mailoutbox)
    other = Client()
    assert post(other, "auth/password/request", email=EMAIL).status_code == 200
    key = link_key(mailoutbox[-1], "reset-password")
    assert "비밀번호" in mailoutbox[-1].subject
    again = post(other, "auth/password/reset", key=key, password="another staple battery")
    assert again.status_code == 401
    assert "재설정되었습니다" in mailoutbox[-1].subject
    assert client.get("/api/v1/me").status_code == 401, "old sessions end"
    assert post(other, "auth/password/reset", key=key, password=PASSWORD).status_code == 400
    fresh = post(other, "auth/login", email=EMAIL, password="another staple battery")
    assert fresh.status_code == 200


def test_reset_of_an_unknown_address(client: Client, mailoutbox: list[EmailMessage]) -> None:
    assert post(client, "auth/password/request", email="nobody@example.com").status_code == 200
    assert "가입된 계정이 없습니다" in mailoutbox[-1].subject


def test_sessions_can_be_seen_and_ended(client: Client, mailoutbox: list[EmailMessage]) -> None:
    sign_up(client, mailoutbox)
    phone = Client(headers={"User-Agent": "Phone"})
    assert post(phone, "auth/login", email=EMAIL, password=PASSWORD).status_code == 200
    phone.get("/api/v1/me")
    sessions = client.get(f"{AUTH}/auth/sessions").json()["data"]
    assert len(sessions) == 2
    other = next(session for session in sessions if not session["is_current"])
    assert other["user_agent"] == "Phone"
    ended = client.delete(f"{AUTH}/auth/sessions", {"sessions": [other["id"]]}, "application/json")
    assert ended.status_code == 200
    assert phone.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me").status_code == 200


def test_passwords_cannot_be_tried_forever(client: Client) -> None:
    make_user(EMAIL)
    answers = [
        post(client, "auth/login", email=EMAIL, password="wrong").status_code for _ in range(12)
    ]
    assert answers[0] == 400
    assert 429 in answers or "too_many_login_attempts" in str(
        post(client, "auth/login", email=EMAIL, password="wrong").json()
    )


def test_a_forged_address_header_is_not_believed(
    client: Client, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sign_up(client, mailoutbox)
    forged = Client(headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
    assert post(forged, "auth/login", email=EMAIL, password=PASSWORD).status_code == 200
    forged.get("/api/v1/me")
    sessions = client.get(f"{AUTH}/auth/sessions").json()["data"]
    assert "203.0.113.9" in {session["ip"] for session in sessions}
    assert "6.6.6.6" not in {session["ip"] for session in sessions}


def test_a_mail_server_that_is_away_fails_no_sign_up(
    client: Client, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail is kept back, sealed, and leaves when a server takes it."""
    kept: list[str] = []
    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refusing)
        away.setattr(celery.current_app, "send_task", lambda name, args, retry: kept.extend(args))
        begun = post(client, "auth/signup", email=EMAIL, password=PASSWORD)
        assert begun.status_code == 401, "the address is to be proven"
    [sealed] = kept
    assert EMAIL not in sealed
    assert mailoutbox == []
    tasks.mail_again(sealed)
    [mail] = mailoutbox
    assert mail.to == [EMAIL]
    assert link_key(mail, "verify-email")


def refusing(self: EmailMessage, fail_silently: bool = False) -> int:
    raise SMTPRecipientsRefused({self.to[0]: (450, b"try again later")})
