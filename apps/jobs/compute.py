"""Which RunPod account and endpoints jobs go to: the operator's rows, else the environment's."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.utils import timezone

from apps.common.sealed import seal, unseal
from gpu_worker.contract.errors import Code

from . import tokens
from .compute_models import RunPodAccount, RunPodEndpoint
from .models import Attempt
from .problems import WebCode
from .states import AttemptState, Purpose

_ONLY: Final = 1
HINT_LIFE_S: Final = 3600
"""An address that RunPod tells of an end outlives the attempt by this much."""


@dataclass(frozen=True)
class Route:
    """An endpoint that attempts can go to; one with a ``problem`` only where no other is."""

    endpoint: str
    purpose: str = Purpose.ANY
    price_per_s: Decimal | None = None
    problem: str = ""


@dataclass(frozen=True)
class Compute:
    """What the RunPod backend is made from; the limits are attempts in flight at once."""

    api_key: str = field(repr=False)
    routes: tuple[Route, ...]
    most_at_once: int
    per_workspace: int
    uses_webhook: bool


def account() -> RunPodAccount:
    """The one row of settings; unsaved defaults where the operator has set nothing yet."""
    return RunPodAccount.objects.filter(id=_ONLY).first() or RunPodAccount(id=_ONLY)


def now() -> Compute:
    """The settings that hold now."""
    row = account()
    return Compute(
        api_key=key_of(row),
        routes=_routes(row),
        most_at_once=row.most_at_once,
        per_workspace=row.per_workspace,
        uses_webhook=row.uses_webhook,
    )


def key_of(row: RunPodAccount) -> str:
    """The key in clear; "" where none is set, or SECRET_KEY is not the one that sealed it."""
    if not row.sealed_key:
        return str(settings.RUNPOD_API_KEY)
    return unseal(row.sealed_key) or ""


def set_key(row: RunPodAccount, key: str) -> None:
    """Put a key into the row, sealed; of the key itself only its last letters can be seen.

    What the key before it was refused for is over, as far as anybody knows.
    """
    row.sealed_key = seal(key)
    row.key_end = key[-4:] if len(key) > 12 else ""
    if row.problem_code == WebCode.RUNPOD_KEY:
        row.problem_code, row.problem_detail, row.problem_at = "", "", None


def price_of(row: RunPodAccount, endpoint: RunPodEndpoint | None = None) -> Decimal:
    """USD a second of an endpoint's GPU."""
    if endpoint is not None and endpoint.price_per_s is not None:
        return endpoint.price_per_s
    return row.price_per_s


def endpoints() -> list[RunPodEndpoint]:
    """Those that jobs go to: the operator's, else the environment's.

    The environment's gets a row too, which remembers its test jobs. It is not enabled, so that the
    environment names another as soon as it changes; before its first test job it is not stored.
    """
    rows = list(RunPodEndpoint.objects.filter(is_enabled=True))
    named = settings.RUNPOD_ENDPOINT_ID
    if rows or not named:
        return rows
    stored = RunPodEndpoint.objects.filter(endpoint_id=named).first()
    return [stored or RunPodEndpoint(endpoint_id=named, is_enabled=False)]


def _routes(row: RunPodAccount) -> tuple[Route, ...]:
    return tuple(
        Route(each.endpoint_id, each.purpose, price_of(row, each), each.problem)
        for each in endpoints()
    )


def webhook(attempt_id: uuid.UUID, ttl_s: int) -> str:
    """Where RunPod tells of an attempt's end."""
    token = tokens.sign_hint(attempt_id, ttl_s + HINT_LIFE_S)
    return f"{settings.WORKER_CALLBACK_URL.rstrip('/')}/worker/v1/runpod/{token}"


def heads_for(attempt_id: uuid.UUID, route: Route) -> None:
    """Write down where an attempt is about to be sent: its sender may die before it can say so."""
    Attempt.objects.filter(id=attempt_id, state=AttemptState.SUBMITTING).update(
        endpoint=route.endpoint, price_per_s=route.price_per_s
    )


# -- problems that only the operator can mend ------------------------------------------------------


def held(code: str, detail: str) -> None:
    """Jobs are held back: the operator's page says why and since when."""
    RunPodAccount.objects.get_or_create(id=_ONLY)
    rows = RunPodAccount.objects.filter(id=_ONLY)
    rows.exclude(problem_code=code).update(problem_at=timezone.now())
    rows.update(problem_code=code, problem_detail=detail[:1000])


def refused_contract(attempt: Attempt, detail: str) -> bool:
    """An attempt's worker speaks another contract: its endpoint gets no job until a canary proves
    a new image. False where the attempt went to no endpoint.
    """
    if not attempt.endpoint:
        return False
    rows = RunPodEndpoint.objects.filter(endpoint_id=attempt.endpoint)
    if attempt.endpoint == settings.RUNPOD_ENDPOINT_ID:  # it may have no row yet
        RunPodEndpoint.objects.get_or_create(
            endpoint_id=attempt.endpoint, defaults={"is_enabled": False}
        )
    sent_at = attempt.claimed_at or attempt.created_at
    rows.exclude(proven_at__gt=sent_at).update(
        problem_code=Code.CONTRACT_VERSION, problem_detail=detail[:1000]
    )
    return True


def flows() -> None:
    """Jobs go out again."""
    RunPodAccount.objects.exclude(problem_code="").update(
        problem_code="", problem_detail="", problem_at=None
    )
