"""For machines that watch: /livez, /readyz and /metrics."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from apps.billing import disputes
from apps.common.errors import NOT_FOUND
from apps.jobs.models import Attempt, Job

from . import dashboard, health

READY = (health.database, health.migrations, health.valkey, health.objects)


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: 503 names the parts that can't."""
    parts = {part.name: part.is_well for part in (check() for check in READY)}
    well = all(parts.values())
    body = {"status": "ok" if well else "degraded", "parts": parts}
    return JsonResponse(body, status=200 if well else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for whoever knows METRICS_TOKEN; without one there is no page."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        return JsonResponse(NOT_FOUND.body(), status=404)
    registry = CollectorRegistry()
    registry.register(Studio())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Studio:
    """Figures of the database, so that every process of the web tells the same."""

    def collect(self) -> Iterator[Metric]:
        active = GaugeMetricFamily("studio_jobs_active", "Jobs not ended", labels=["state"])
        for state, count in sorted(dashboard.active_jobs().items()):
            active.add_metric([state], count)
        yield active
        ended = CounterMetricFamily("studio_jobs_ended", "Jobs", labels=["kind", "state", "code"])
        for kind, state, code, count in _ended():
            ended.add_metric([kind, state, code], count)
        yield ended
        age = dashboard.queue_age_s(timezone.now())
        yield GaugeMetricFamily("studio_queue_age_seconds", "Of the oldest in line", value=age)
        attempts = CounterMetricFamily("studio_attempts", "Attempts", labels=["state"])
        for state, count in Attempt.objects.order_by().values_list("state").annotate(n=Count("id")):
            attempts.add_metric([state], count)
        yield attempts
        open_ones = disputes.open_ones()
        yield GaugeMetricFamily("studio_disputes_open", "Chargebacks to answer", value=open_ones)
        parts = GaugeMetricFamily("studio_part_up", "1 where a part answers", labels=["part"])
        for check in READY:
            part = check()
            parts.add_metric([part.name], float(part.is_well))
        yield parts


def _ended() -> list[tuple[str, str, str, int]]:
    found = Job.objects.filter(finished_at__isnull=False).order_by()
    grouped = found.values_list("kind", "state", "error_code").annotate(count=Count("id"))
    return list(grouped.order_by("kind", "state", "error_code"))
