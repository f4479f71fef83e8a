"""What happens at sign-up, where accounts and credits meet."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest

from apps.accounts import mails
from apps.accounts.models import User
from apps.accounts.services import open_personal_workspace
from apps.billing import trial


class StudioAccountAdapter(DefaultAccountAdapter):
    """allauth's door into the studio."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """A new person starts with a workspace of their own and the language of the page."""
        if getattr(request, "LANGUAGE_CODE", "ko") == "en":
            user.language = "en"
        saved: User = super().save_user(request, user, form, commit)
        if commit:
            open_personal_workspace(saved)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As allauth does, but a mail server that is away makes no request fail."""
        request = allauth_context.request
        known = {"request": request, "email": email, "current_site": get_current_site(request)}
        mails.post(self.render_mail(template_prefix, email, known | context))

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """With a verified address comes the trial, once a person."""
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            welcome(email_address.user)
        return is_confirmed


class StudioSocialAdapter(DefaultSocialAccountAdapter):
    """allauth's door for who comes from Kakao, Naver or Google."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Believe an address to be theirs only where the provider says that it has proven it."""
        is_proven = proves_address(sociallogin.account.provider, sociallogin.account.extra_data)
        for address in sociallogin.email_addresses:
            address.verified = address.verified and is_proven

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new person; with an address that is proven already the trial comes at once.

        Another address than the provider's has to be proven by mail, as at any sign-up.
        """
        email = str(form.cleaned_data["email"]).lower()
        known = sociallogin.email_addresses
        sociallogin.email_addresses = [one for one in known if one.email.lower() == email]
        user: User = super().save_user(request, sociallogin, form)
        if EmailAddress.objects.filter(user=user, verified=True).exists():
            welcome(user)
        return user


def proves_address(provider: str, data: Any) -> bool:
    """Whether the provider vouches for the address in its profile.

    Kakao's is the person's only while it is both verified and valid. Naver says nothing of its
    own, which people may set as they like. Google says so itself, and allauth has read it.
    """
    if provider == "kakao":
        account = data.get("kakao_account") or {}
        return account.get("is_email_valid") is True and account.get("is_email_verified") is True
    return provider == "google"


def welcome(user: User) -> None:
    """Gives a person with a verified address what they may try the studio with. Once."""
    trial.welcome(user, open_personal_workspace(user))
