"""How programs sign in: ``Authorization: Bearer avs_...``."""

import structlog
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from . import keys
from .limits import refuse_many
from .models import ApiKey, User


class KeyAuthentication(BaseAuthentication):
    """An API key; whoever shows none is left to the session."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = keys.find(text.strip())
        if key is None:
            refuse_many(request)
            raise AuthenticationFailed
        keys.note_use(key)
        structlog.contextvars.bind_contextvars(key=str(key.pk))
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # its metaclass
    """How the OpenAPI schema names it."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of the studio's account page, `avs_...`.",
        }
