"""The first password of who signed up at Kakao, Naver or Google, and has none to give."""

from typing import Any, cast

from allauth.core.exceptions import ReauthenticationRequired
from allauth.headless.account.views import ChangePasswordView
from django.http import HttpRequest, HttpResponse

from apps.accounts import proof
from apps.accounts.models import User


class PasswordView(ChangePasswordView):
    """allauth's, which asks for the old password where there is one.

    Where there is none, it asks that the person has signed in just now: else whoever finds an open
    browser could give the account a password and keep it.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)  # nobody else comes this far
        if not user.has_usable_password() and not proof.is_fresh(request):
            raise ReauthenticationRequired
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer
