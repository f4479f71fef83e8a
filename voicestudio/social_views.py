"""Where Kakao, Naver and Google send people back to: of allauth's pages these alone are served."""

from collections.abc import Callable
from typing import Final

from allauth.socialaccount.providers.google.views import oauth2_callback as google
from allauth.socialaccount.providers.kakao.views import oauth2_callback as kakao
from allauth.socialaccount.providers.naver.views import oauth2_callback as naver
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from .views import not_found

_View = Callable[[HttpRequest], HttpResponse]
_CALLBACKS: Final[dict[str, _View]] = {"kakao": kakao, "naver": naver, "google": google}


def _if_configured(name: str, callback: _View) -> _View:
    def view(request: HttpRequest) -> HttpResponse:
        is_offered = name in settings.SOCIALACCOUNT_PROVIDERS
        return callback(request) if is_offered else not_found(request)

    return view


urlpatterns: list[URLPattern] = [
    path(f"{name}/login/callback/", _if_configured(name, callback), name=f"{name}_callback")
    for name, callback in _CALLBACKS.items()
]
