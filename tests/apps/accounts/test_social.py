"""Sign-in at Kakao, Naver and Google, through the real flow against a small provider."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.kakao.views import KakaoOAuth2Adapter
from allauth.socialaccount.providers.naver.views import NaverOAuth2Adapter
from django.core.mail import EmailMessage
from django.test import Client

from apps.accounts import proof
from apps.accounts.models import Acceptance, Membership, User
from apps.billing.models import Balance
from apps.billing.plans import WELCOME_CREDITS
from tests.apps.accounts.test_signup import AGREED, AUTH, link_key, post
from tests.apps.conftest import browser
from tests.factories import PASSWORD, make_user, workspace_of
from tests.operators import with_second_factor
from tests.social.fake import CLIENT, SECRET, FakeProvider, serving
from voicestudio import social
from voicestudio.environment import Environment

EMAIL = "singer@example.com"
NAMES = ("kakao", "naver", "google")
ADAPTERS = {
    "kakao": KakaoOAuth2Adapter,
    "naver": NaverOAuth2Adapter,
    "google": GoogleOAuth2Adapter,
}

pytestmark = pytest.mark.django_db


def configured(monkeypatch: pytest.MonkeyPatch, *names: str) -> dict[str, Any]:
    for name in names:
        monkeypatch.setenv(f"{name.upper()}_CLIENT_ID", CLIENT)
        monkeypatch.setenv(f"{name.upper()}_CLIENT_SECRET", SECRET)
    return social.providers(Environment.load())


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[FakeProvider]:
    """All three are configured, and stand at the fake's addresses."""
    settings.SOCIALACCOUNT_PROVIDERS = configured(monkeypatch, *NAMES)
    with serving() as fake:
        for name, adapter in ADAPTERS.items():
            monkeypatch.setattr(adapter, "authorize_url", f"{fake.url}/{name}/authorize")
            monkeypatch.setattr(adapter, "access_token_url", f"{fake.url}/{name}/token")
            if name != "google":  # whose id token says it all
                monkeypatch.setattr(adapter, "profile_url", f"{fake.url}/{name}/profile")
        yield fake


def come_from(client: Client, name: str, process: str = "login") -> str:
    """Away to the provider and back, as a browser goes; where it lands."""
    asked = {
        "provider": name,
        "callback_url": "http://testserver/signin/social",
        "process": process,
    }
    away = client.post(f"{AUTH}/auth/provider/redirect", asked)
    assert away.status_code == 302, away.content
    agreed = httpx.get(away.headers["Location"])
    back = agreed.headers["Location"]
    assert back.startswith(f"http://testserver/accounts/{name}/login/callback/?")
    landed = client.get(back.removeprefix("http://testserver"))
    assert landed.status_code == 302
    return str(landed.headers["Location"])


def flows(client: Client) -> set[str]:
    """The steps that wait for the person."""
    found = client.get(f"{AUTH}/auth/session").json()["data"]["flows"]
    return {flow["id"] for flow in found if flow.get("is_pending")}


def sign_up(client: Client, email: str = EMAIL) -> Any:
    return post(client, "auth/provider/signup", email=email, **AGREED)


def is_in(client: Client) -> bool:
    return bool(client.get("/api/v1/me").status_code == 200)


@pytest.mark.parametrize("name", ["kakao", "google"])
def test_a_new_person_with_a_proven_address(
    provider: FakeProvider, client: Client, name: str, mailoutbox: list[EmailMessage]
) -> None:
    """The terms are accepted before there is an account; then everything is there at once."""
    assert come_from(client, name) == "http://testserver/signin/social"
    assert flows(client) == {"provider_signup"}
    assert not User.objects.exists()
    shown = client.get(f"{AUTH}/auth/provider/signup").json()["data"]
    assert shown["email"][0] | {"primary": True} == {
        "email": EMAIL,
        "verified": True,
        "primary": True,
    }
    without = post(client, "auth/provider/signup", email=EMAIL)
    assert {each["param"] for each in without.json()["errors"]} == {"terms", "privacy"}
    assert not User.objects.exists()
    assert sign_up(client).status_code == 200
    assert is_in(client)
    user = User.objects.get()
    assert (user.email, user.has_usable_password()) == (EMAIL, False)
    accepted = Acceptance.objects.filter(user=user).values_list("document", "version")
    assert dict(accepted) == AGREED
    assert Membership.objects.get(user=user).role == "owner"
    assert Balance.objects.get(workspace=workspace_of(user)).available == WELCOME_CREDITS

    again = Client()
    come_from(again, name)
    assert is_in(again)
    assert User.objects.count() == SocialAccount.objects.count() == 1
    assert mailoutbox == []


@pytest.mark.parametrize("name", NAMES)
def test_an_address_that_is_not_proven_is_proven_by_mail(
    provider: FakeProvider, client: Client, name: str, mailoutbox: list[EmailMessage]
) -> None:
    """Naver's never counts: people set it as they like."""
    provider.is_proven = name == "naver"
    come_from(client, name)
    assert sign_up(client).status_code == 401
    assert flows(client) == {"verify_email"}
    assert not is_in(client)
    assert not Balance.objects.filter(available__gt=0).exists()
    key = link_key(mailoutbox[-1], "verify-email")
    assert post(client, "auth/email/verify", key=key).status_code == 200
    assert is_in(client)
    assert Balance.objects.get().available == WELCOME_CREDITS


@pytest.mark.parametrize("name", ["kakao", "naver"])
def test_without_an_address_the_person_names_one(
    provider: FakeProvider, client: Client, name: str, mailoutbox: list[EmailMessage]
) -> None:
    provider.email = None
    come_from(client, name)
    refused = post(client, "auth/provider/signup", **AGREED)
    assert [each["param"] for each in refused.json()["errors"]] == ["email"]
    assert sign_up(client, "chosen@example.com").status_code == 401
    assert mailoutbox[-1].to == ["chosen@example.com"]
    assert not is_in(client)


def test_another_address_than_the_providers_is_proven_too(
    provider: FakeProvider, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    come_from(client, "google")
    assert sign_up(client, "victim@example.com").status_code == 401
    assert not is_in(client)
    (address,) = EmailAddress.objects.all()
    assert (address.email, address.verified) == ("victim@example.com", False)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("local", [True, False])
def test_nobody_takes_an_account_over_by_its_address(
    provider: FakeProvider, client: Client, name: str, local: bool, mailoutbox: list[EmailMessage]
) -> None:
    """Proven at both ends or not: the address gets a mail, the visitor gets nothing."""
    user = make_user(EMAIL)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=local, primary=True)
    come_from(client, name)
    assert not is_in(client)
    assert sign_up(client).status_code == 401, "as for an address that nobody has"
    assert not is_in(client)
    assert "이미 가입된" in mailoutbox[-1].subject
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("name", NAMES)
def test_who_is_signed_in_connects_and_disconnects(
    provider: FakeProvider, client: Client, name: str, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user(EMAIL)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    provider.email = "elsewhere@example.com"  # whichever address it has
    post(client, "auth/login", email=EMAIL, password=PASSWORD)
    assert come_from(client, name, "connect") == "http://testserver/signin/social"
    assert "연결" in mailoutbox[-1].subject
    (row,) = client.get(f"{AUTH}/account/providers").json()["data"]
    assert (row["provider"]["id"], row["uid"]) == (name, provider.uid)

    other = Client()
    come_from(other, name)
    assert other.get("/api/v1/me").json()["user"]["email"] == EMAIL
    body = {"provider": name, "account": provider.uid}
    assert client.delete(f"{AUTH}/account/providers", body, "application/json").status_code == 200
    stranger = Client()
    come_from(stranger, name)
    assert flows(stranger) == {"provider_signup"}


def test_anothers_cannot_be_connected(provider: FakeProvider, client: Client) -> None:
    come_from(client, "kakao")
    sign_up(client)
    other = browser(make_user("other@example.com"))
    landed = come_from(other, "kakao", "connect")
    assert "error=" in landed
    assert SocialAccount.objects.get().user.email == EMAIL


@pytest.mark.parametrize("name", NAMES)
def test_the_second_step_is_asked(provider: FakeProvider, client: Client, name: str) -> None:
    user = with_second_factor(make_user(EMAIL))
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    SocialAccount.objects.create(user=user, provider=name, uid=provider.uid)
    come_from(client, name)
    assert flows(client) == {"mfa_authenticate"}
    assert not is_in(client)


@pytest.mark.parametrize("name", NAMES)
def test_refusals(provider: FakeProvider, client: Client, name: str) -> None:
    provider.says_no = True
    landed = come_from(client, name)
    assert "error=cancelled" in landed
    provider.says_no = False
    forged = client.get(f"/accounts/{name}/login/callback/?code=x&state=forged")
    assert "error=" in forged.headers["Location"]
    assert f"/{name}/token" not in provider.calls, "nothing is asked for a state that is not ours"
    assert not is_in(client)


def test_it_leads_back_to_us_alone(provider: FakeProvider, client: Client) -> None:
    asked = {"provider": "kakao", "callback_url": "https://evil.example/", "process": "login"}
    answer = client.post(f"{AUTH}/auth/provider/redirect", asked)
    assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", ["login/callback/", "login/", "login/token/"])
def test_what_is_not_configured_is_not_there(client: Client, name: str, page: str) -> None:
    """Nor are allauth's own pages, ever."""
    assert client.get(f"/accounts/{name}/{page}?code=x&state=y").status_code == 404
    asked = {"provider": name, "callback_url": "http://testserver/", "process": "login"}
    away = client.post(f"{AUTH}/auth/provider/redirect", asked)
    assert "error=" in away.headers["Location"]


def test_the_last_way_in_stays(
    provider: FakeProvider, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    """Without a password the only provider can't go; a password comes by mail."""
    come_from(client, "google")
    sign_up(client)
    body = {"provider": "google", "account": provider.uid}
    refused = client.delete(f"{AUTH}/account/providers", body, "application/json")
    assert [each["code"] for each in refused.json()["errors"]] == ["no_password"]
    other = Client()
    post(other, "auth/password/request", email=EMAIL)
    key = link_key(mailoutbox[-1], "reset-password")
    post(other, "auth/password/reset", key=key, password=PASSWORD)
    assert post(other, "auth/login", email=EMAIL, password=PASSWORD).status_code == 200
    assert other.delete(f"{AUTH}/account/providers", body, "application/json").status_code == 200


def set_first(client: Client, password: str = PASSWORD) -> Any:
    return post(client, "account/password/change", new_password=password)


def test_a_first_password_needs_no_old_one(
    provider: FakeProvider, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    come_from(client, "kakao")
    sign_up(client)
    shown = client.get(f"{AUTH}/auth/session").json()["data"]["user"]
    assert shown["has_usable_password"] is False
    assert set_first(client, "12345678").status_code == 400
    assert not User.objects.get().has_usable_password()
    assert set_first(client).status_code == 200
    assert "비밀번호" in mailoutbox[-1].subject
    assert is_in(client)
    assert post(Client(), "auth/login", email=EMAIL, password=PASSWORD).status_code == 200
    refused = set_first(client, "another long password 7")
    assert [each["param"] for each in refused.json()["errors"]] == ["current_password"]


def test_a_first_password_needs_a_recent_sign_in(
    provider: FakeProvider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds an open browser can't keep the account. The provider proves the person."""
    come_from(client, "naver")
    sign_up(client)
    EmailAddress.objects.update(verified=True)
    come_from(client, "naver")
    later = time.time() + proof.LATELY_S + 1
    monkeypatch.setattr("apps.accounts.proof.time.time", lambda: later)
    refused = set_first(client)
    assert (refused.status_code, refused.json()["meta"]["is_authenticated"]) == (401, True)
    assert not User.objects.get().has_usable_password()
    come_from(client, "naver")
    assert set_first(client).status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_only_what_is_configured_is_offered(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"{name.upper()}_CLIENT_ID", raising=False)
    for names in ((), ("naver",), NAMES):
        settings.SOCIALACCOUNT_PROVIDERS = configured(monkeypatch, *names)
        offered = client.get(f"{AUTH}/config").json()["data"]["socialaccount"]["providers"]
        assert {each["id"] for each in offered} == set(names)
    monkeypatch.delenv("KAKAO_CLIENT_SECRET")
    assert social.half_configured(Environment.load()) == ["kakao"]
    assert "kakao" not in social.providers(Environment.load())
    assert social.origins({"naver": {}}) == ["https://nid.naver.com"]
