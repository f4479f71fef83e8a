"""Views that see every app: health, the page of error codes, and the built frontend's page."""

from collections.abc import Callable
from itertools import groupby

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from django.views.defaults import server_error
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common import storage
from apps.common.errors import NOT_FOUND, UNEXPECTED
from apps.jobs import backends

from . import error_codes
from .celery import app as celery_app


class PartSerializer(serializers.Serializer[dict[str, bool]]):
    database = serializers.BooleanField()
    redis = serializers.BooleanField()
    storage = serializers.BooleanField()
    workers = serializers.BooleanField()
    backend = serializers.BooleanField()


class HealthSerializer(serializers.Serializer[dict[str, object]]):
    status = serializers.ChoiceField(choices=["ok", "degraded"])
    parts = PartSerializer()


class HealthView(APIView):
    """Whether each part answers; 503 unless all do."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    @extend_schema(
        operation_id="health", responses={200: HealthSerializer, 503: HealthSerializer}, auth=[]
    )
    def get(self, request: Request) -> Response:
        parts = {
            "database": _database_answers(),
            "redis": (redis := _redis_answers()),
            "storage": storage.answers(),
            "workers": redis and _cached("workers", _workers_answer),
            "backend": redis and _cached("backend", _backend_answers),
        }
        well = all(parts.values())
        return Response(
            {"status": "ok" if well else "degraded", "parts": parts}, status=200 if well else 503
        )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.get("health")
    except (RedisError, OSError):
        return False
    return True


def _cached(part: str, ask: Callable[[], bool]) -> bool:
    """Asked at most every 10 s: the answer takes others' time."""
    known = cache.get(f"health-{part}")
    if known is None:
        known = ask()
        cache.set(f"health-{part}", known, 10 if known else 2)
    return bool(known)


def _workers_answer() -> bool:
    try:
        return bool(celery_app.control.ping(timeout=1.0, limit=1))
    except (OperationalError, OSError):
        return False


def _backend_answers() -> bool:
    return backends.current().health().ok


@require_safe
@never_cache
def second_step_picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the secret that this session is about to enrol, for an authenticator app."""
    if not request.user.is_authenticated:
        return not_found(request)
    mfa = get_adapter()
    secret = get_totp_secret(regenerate=False)
    picture = mfa.build_totp_svg(mfa.build_totp_url(request.user, secret))
    return HttpResponse(picture, content_type="image/svg+xml")


def not_found(request: HttpRequest) -> HttpResponse:
    """An address below a prefix of ours that nothing answers."""
    return JsonResponse(NOT_FOUND.body(), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """A bug of ours: the API says so in the one shape of errors."""
    if not request.path.startswith(("/api/", "/worker/")):
        return server_error(request)
    return JsonResponse(UNEXPECTED.body(), status=UNEXPECTED.status)


@require_safe
def error_page(request: HttpRequest) -> HttpResponse:
    """What every error code means; errors link to its anchors."""
    by_code = groupby(error_codes.problems(), key=lambda problem: problem.code)
    codes = [(code, list(problems)) for code, problems in by_code]
    return render(request, "docs/errors.html", {"codes": codes})


@require_safe
@never_cache
@ensure_csrf_cookie
def studio_page(request: HttpRequest) -> HttpResponse:
    """The frontend's one page; its router takes the path."""
    try:
        page = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        text = "프런트엔드가 아직 빌드되지 않았습니다. `make run`을 실행해 주세요.\n"
        text += "The frontend is not built yet. Run `make run`.\n"
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, content_type="text/html; charset=utf-8")
