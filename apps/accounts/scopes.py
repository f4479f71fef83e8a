"""What an API key may do: read or write everything, or single nouns of ``/api/v1``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from rest_framework.exceptions import Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.common.errors import ApiError

from . import roles
from .limits import RateThrottle
from .models import ApiKey

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time its class needs this module first

NOUNS: Final = (
    "files",
    "uploads",
    "datasets",
    "samples",
    "voices",
    "trainings",
    "conversions",
    "covers",
    "separations",
    "preprocess",
    "analyses",
    "jobs",
    "batches",
    "presets",
    "stats",
    "search",
    "usage",
    "credits",
    "quotes",
    "billing",
    "webhooks",
    "workspaces",
    "me",
    "keys",
    "exports",
    "erasures",
)
_NAMED_ONLY: Final = frozenset({"keys", "billing", "exports", "erasures"})
"""Not part of ``read`` and ``write``: a leaked key must not make others, nor buy anything, take
everything away or erase it."""
SCOPES: Final = (
    "read",
    "write",
    *(f"{noun}:{verb}" for noun in NOUNS for verb in ("read", "write")),
)
_ROOT: Final = "/api/v1/"


def allows(scopes: Iterable[str], noun: str, *, write: bool) -> bool:
    """Whether the scopes let a key read or write below ``/api/v1/<noun>``; write includes read."""
    verbs = ("write",) if write else ("read", "write")
    wanted = {f"{noun}:{verb}" for verb in verbs}
    if noun not in _NAMED_ONLY:
        wanted |= set(verbs)
    return noun in NOUNS and not wanted.isdisjoint(scopes)


def covers(own: Iterable[str], wanted: str) -> bool:
    """Whether a key with its ``own`` scopes may hand out the scope ``wanted``."""
    noun, _, verb = wanted.rpartition(":")
    if noun:
        return allows(own, noun, write=verb == "write")
    return "write" in own or wanted in own


class HasScope(BasePermission):
    """A session may do what its person may; a key what its scopes name."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        right = roles.right_of(request)
        if right is not None and right.keys is roles.Keys.NEVER:
            return True  # refused where strangers have been told that there is nothing
        noun = request.path.removeprefix(_ROOT).partition("/")[0]
        write = request.method not in SAFE_METHODS
        is_free = right is not None and right.keys is roles.Keys.FREE
        if is_free or allows(request.auth.scopes, noun, write=write):
            return True
        self._count(request, view)
        scope = f"{noun}:{'write' if write else 'read'}"
        raise ApiError(
            "key-scope",
            f"이 API 키에는 {scope} 권한이 없습니다. 권한이 있는 키를 사용해 주세요.",
            f"This API key lacks the scope {scope}. Use a key that has it.",
            403,
        )

    @staticmethod
    def _count(request: Request, view: "APIView") -> None:
        """A refused request counts too; DRF would count only what was let through."""
        throttle = RateThrottle()
        if not throttle.allow_request(request, view):
            raise Throttled(wait=throttle.wait())
