"""What the operator sees of RunPod: whether it can be used, its money, its queues, what to do."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.cache import cache

from gpu_worker.contract.errors import Text

from . import backends, compute
from .backends.runpod import RunPodBackend
from .backends.runpod_client import Account, NoAnswer, NotSent, Rejected
from .compute_models import RunPodEndpoint
from .problems import WebCode, text_of

_CACHED: Final = "runpod-report"
_CACHED_S: Final = 15


@dataclass(frozen=True)
class EndpointReport:
    """``code`` is "" where it can be used; the counts are RunPod's."""

    endpoint: str
    code: str
    detail: str
    jobs: dict[str, Any]
    workers: dict[str, Any]

    @property
    def text(self) -> Text | None:
        return text_of(self.code) if self.code else None


@dataclass(frozen=True)
class Report:
    """``code`` is "" where jobs can be sent."""

    code: str
    account: Account | None
    endpoints: tuple[EndpointReport, ...]

    @property
    def text(self) -> Text | None:
        return text_of(self.code) if self.code else None


def report(*, fresh: bool = False) -> Report:
    """How RunPod is, asked at most every 15 s unless ``fresh``. Takes seconds, never raises."""
    known: Report | None = None if fresh else cache.get(_CACHED)
    if known is None:
        known = _ask()
        cache.set(_CACHED, known, _CACHED_S)
    return known


def forget() -> None:
    """The settings have changed."""
    cache.delete(_CACHED)


def _ask() -> Report:
    backend = backends.runpod()
    if not backend.client.api_key or not backend.routes:
        return Report(WebCode.RUNPOD_UNSET, None, ())
    endpoints = tuple(_endpoint(backend, route) for route in backend.routes)
    account: Account | None = None
    # a key may be limited to its endpoints: no reason not to use it
    with suppress(NotSent, NoAnswer, Rejected):
        account = replace(backend.client, tries=1).account()
    usable = any(not each.code for each in endpoints)
    return Report("" if usable else endpoints[0].code, account, endpoints)


def _endpoint(backend: RunPodBackend, route: compute.Route) -> EndpointReport:
    health = backend.health_of(route.endpoint)
    row = RunPodEndpoint.objects.filter(endpoint_id=route.endpoint).first()
    jobs, workers = health.detail.get("jobs", {}), health.detail.get("workers", {})
    code, detail = health.code, str(health.detail.get("error", ""))
    if health.ok and row is not None and row.problem:
        code, detail = row.problem, row.problem_detail
    return EndpointReport(route.endpoint, code, detail, jobs, workers)
