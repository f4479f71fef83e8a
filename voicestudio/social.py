"""Sign-in at Kakao, Naver and Google: offered where the environment names an id and a secret.

Nobody is signed in, nor any account joined, because two addresses are the same: whoever has an
account signs in to it first and connects the other on the account's page.
"""

from typing import Any, Final

from .environment import Environment

NAMES: Final = ("kakao", "naver", "google")
_ASKED: Final[dict[str, dict[str, Any]]] = {
    "kakao": {"SCOPE": ["account_email"]},
    "naver": {},  # what is asked for is chosen at Naver's console
    "google": {"SCOPE": ["openid", "email"], "OAUTH_PKCE_ENABLED": True},
}
_AUTHORIZE: Final = {
    "kakao": ("https://kauth.kakao.com", "https://accounts.kakao.com"),
    "naver": ("https://nid.naver.com",),
    "google": ("https://accounts.google.com",),
}


def providers(env: Environment) -> dict[str, dict[str, Any]]:
    """allauth's SOCIALACCOUNT_PROVIDERS: only those that have an id and a secret."""
    found = {}
    for name in NAMES:
        app = {"client_id": _id(env, name), "secret": _secret(env, name), "key": ""}
        if app["client_id"] and app["secret"]:
            found[name] = {**_ASKED[name], "APPS": [app]}
    return found


def half_configured(env: Environment) -> list[str]:
    """Providers with one of the two alone."""
    return [name for name in NAMES if bool(_id(env, name)) != bool(_secret(env, name))]


def origins(configured: dict[str, dict[str, Any]]) -> list[str]:
    """Where a form of ours may lead: browsers hold redirects to the policy too."""
    return [origin for name in configured for origin in _AUTHORIZE[name]]


def _id(env: Environment, name: str) -> str:
    return env.text(f"{name.upper()}_CLIENT_ID")


def _secret(env: Environment, name: str) -> str:
    return env.text(f"{name.upper()}_CLIENT_SECRET")
