"""When a browser was last seen: noted once a minute, not by every request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

NOTED_EVERY: Final = timedelta(minutes=1)


class ActivityMiddleware(UserSessionsMiddleware):
    """A page asks for several things at once: each would wait for the others' write to one row.

    A changed address or browser is noted at once.
    """

    get_response: Callable[[HttpRequest], HttpResponse]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_noted(request):
            return self.get_response(request)
        response: HttpResponse = super().__call__(request)
        return response


def _is_noted(request: HttpRequest) -> bool:
    key = request.session.session_key
    if key is None:
        return False
    longest = UserSession._meta.get_field("user_agent").max_length
    noted: bool = UserSession.objects.filter(
        session_key=key,
        user=request.session.get(SESSION_KEY),
        ip=get_adapter().get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:longest],
        last_seen_at__gt=timezone.now() - NOTED_EVERY,
    ).exists()
    return noted
