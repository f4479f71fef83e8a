"""How many requests a key, a person or a stranger may send."""

from typing import TYPE_CHECKING, Final

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.common.throttle import Limit, Standing, count

from .allowances import allowance_of
from .models import ApiKey, Workspace

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time its class needs this module first

PERSON: Final = Limit("session", 1800, 60)
STRANGER: Final = Limit("address", 120, 60)


REFUSED: Final = Limit("refused", 60, 60)
"""Wrong keys of one address: throttles count only who got in."""


def refuse_many(request: Request) -> None:
    """Count a wrong key; raises Throttled where its address has shown too many."""
    standing = count(BaseThrottle().get_ident(request), REFUSED)
    if standing is not None and standing.is_over:
        raise Throttled(wait=standing.reset_s)


def limit_for(workspace: Workspace) -> Limit:
    """What each API key of a workspace may send, by the workspace's plan."""
    return Limit("key", allowance_of(workspace.pk).requests, 60)


class RateThrottle(BaseThrottle):
    """Counts each request once; the middleware tells the standing in the answer's headers."""

    standing: Standing | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        self.standing = count(*self._who(request))
        request._request.standing = self.standing  # type: ignore[attr-defined]
        return self.standing is None or not self.standing.is_over

    def wait(self) -> float | None:
        return self.standing.reset_s if self.standing else None

    def _who(self, request: Request) -> tuple[str, Limit]:
        if isinstance(request.auth, ApiKey):
            return str(request.auth.pk), limit_for(request.auth.workspace)
        if request.user.is_authenticated:
            return str(request.user.pk), PERSON
        return self.get_ident(request), STRANGER
