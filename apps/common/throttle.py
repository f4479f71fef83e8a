"""How many requests somebody may send: counted in Valkey, told in the headers of every answer.

Headers after draft-ietf-httpapi-ratelimit-headers: ``RateLimit-Policy`` says the quota ``q`` of a
window of ``w`` seconds, ``RateLimit`` what is left (``r``) for the next ``t`` seconds.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

_COUNT: Final = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""
_PATIENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds; ``name`` tells policies apart."""

    name: str
    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands against a limit after this request."""

    limit: Limit
    count: int
    reset_s: int

    @property
    def is_over(self) -> bool:
        return self.count > self.limit.requests

    def headers(self) -> Iterator[tuple[str, str]]:
        limit = self.limit
        left = max(0, limit.requests - self.count)
        yield "RateLimit-Policy", f'"{limit.name}";q={limit.requests};w={limit.seconds}'
        yield "RateLimit", f'"{limit.name}";r={left};t={self.reset_s}'


def count(who: str, limit: Limit) -> Standing | None:
    """Count one request of ``who``, atomically over all processes.

    None where Valkey does not answer: a lost counter refuses nobody.
    """
    name = f"rate:{limit.name}:{who}"
    try:
        answer: Any = _script()(keys=[name], args=[1000 * limit.seconds])
    except (redis.RedisError, OSError) as error:
        log.warning("a request was not counted", error=str(error))
        return None
    number, left_ms = cast(list[int], answer)
    return Standing(limit, number, max(1, math.ceil(left_ms / 1000)))


@cache
def _script() -> Any:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
    )
    return client.register_script(_COUNT)
