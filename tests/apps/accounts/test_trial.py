"""The trial is a person's, once: whatever workspace, second address or new account comes after."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from apps.accounts import members
from apps.accounts.models import Membership, Role, User
from apps.billing import services, trial
from apps.billing.models import Trial
from apps.billing.plans import WELCOME_CREDITS
from apps.leaving import erasure
from apps.leaving.models import By, Subject
from tests.apps.accounts.test_signup import AGREED, AUTH, EMAIL, link_key, post, sign_up
from tests.apps.leaving.test_erasure import finish
from tests.factories import PASSWORD, make_user, workspace_of

JSON = "application/json"
pytestmark = pytest.mark.django_db


def available(user: User) -> int:
    return services.balance_of(workspace_of(user).pk).available


def enter(client: Client, mailbox: list[EmailMessage], email: str) -> User:
    """A sign-up with a verified address; mails may be sent again by now."""
    cache.clear()
    body = AGREED | {"email": email, "password": PASSWORD}
    assert post(client, "auth/signup", **body).status_code == 401
    assert post(
        client, "auth/email/verify", key=link_key(mailbox[-1], "verify-email")
    ).status_code in (200, 401)
    return User.objects.get(email=email.lower())


def test_a_new_workspace_and_more_addresses_bring_nothing(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client, mailoutbox)
    user = User.objects.get(email=EMAIL)
    first = workspace_of(user)
    helper = make_user("helper@example.com", workspace=first)
    Membership.objects.filter(user=helper).update(role=Role.OWNER)
    members.remove(first, user.pk)
    assert workspace_of(user) != first
    for email in ("second@example.com", "third@example.com"):
        address = {"email": email}
        assert client.post(f"{AUTH}/account/email", address, JSON).status_code == 200
        key = link_key(mailoutbox[-1], "verify-email")
        assert post(client, "auth/email/verify", key=key).status_code == 200
        assert EmailAddress.objects.filter(user=user, verified=True).count() == 2
        assert client.delete(f"{AUTH}/account/email", address, JSON).status_code == 200
    assert available(user) == 0
    assert services.balance_of(first.pk).available == WELCOME_CREDITS


@pytest.mark.parametrize("email", [EMAIL, "singer+again@example.com"])
def test_closing_the_account_and_coming_again_brings_nothing(
    client: Client, mailoutbox: list[EmailMessage], email: str
) -> None:
    user = enter(client, mailoutbox, EMAIL)
    assert available(user) == WELCOME_CREDITS
    finish(erasure.order(Subject.ACCOUNT, user.pk, by=By.CUSTOMER, by_id=user.pk))
    assert not User.objects.exists()
    assert "singer" not in str(list(Trial.objects.values())), "nothing names who was here"
    again = enter(Client(), mailoutbox, email)
    assert again.pk != user.pk
    assert available(again) == 0


def test_another_person_is_welcome(client: Client, mailoutbox: list[EmailMessage]) -> None:
    enter(client, mailoutbox, EMAIL)
    assert available(enter(Client(), mailoutbox, "dancer@example.com")) == WELCOME_CREDITS


def test_a_changed_secret_key_still_knows_them(
    client: Client, mailoutbox: list[EmailMessage], settings: Any
) -> None:
    enter(client, mailoutbox, EMAIL)
    User.objects.all().delete()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one, at least as long as a key should be"
    assert available(enter(Client(), mailoutbox, EMAIL)) == 0


@pytest.mark.parametrize(
    ("email", "same"),
    [
        ("Singer@Example.com", "singer@example.com"),
        ("singer+any+thing@example.com", "singer@example.com"),
        ("s.in.ger+x@GMail.com", "singer@gmail.com"),
        ("sing.er@googlemail.com", "singer@gmail.com"),
        ("sing.er@example.com", "sing.er@example.com"),
        ("+@example.com", "+@example.com"),
    ],
)
def test_addresses_that_reach_one_box_are_one(email: str, same: str) -> None:
    assert trial.box(email) == same


def test_what_is_kept_goes_a_year_after_the_person(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = enter(client, mailoutbox, EMAIL)
    trial.forget()
    Trial.objects.update(created_at=timezone.now() - 2 * trial.KEPT)
    trial.forget()
    assert Trial.objects.get().user == user, "they are still here"
    user.delete()
    trial.forget()
    row = Trial.objects.get()
    assert row.ends_at is not None
    assert timezone.now() < row.ends_at <= timezone.now() + trial.KEPT
    Trial.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    trial.forget()
    assert not Trial.objects.exists()
