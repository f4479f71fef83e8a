"""A log line per request, and what pages may load."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils.translation import override

from . import request_ids
from .throttle import Standing

log = structlog.get_logger("request")

PANEL = "/admin/"
API = "/api/"
_PROBES = frozenset({"health", "livez", "readyz", "metrics"})

_Next = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """One line a request: the path without its query, status, milliseconds, who.

    The answer says the request's id and how its sender stands against the rate limit.
    """

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        identity = request_ids.begin(request.headers)
        response = self.get_response(request)
        response.headers[request_ids.HEADER] = identity
        standing: Standing | None = getattr(request, "standing", None)
        for name, value in standing.headers() if standing else ():
            response.headers[name] = value
        match: ResolverMatch | None = request.resolver_match
        if match is not None and match.url_name not in _PROBES:
            user = getattr(request, "user", None)
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round(1000 * (time.perf_counter() - started), 1),
                user=str(user.pk) if user is not None and user.is_authenticated else None,
            )
        return response


class EnglishApiMiddleware:
    """The API answers in Korean and English at once, whatever the browser prefers.

    DRF's sentences are made in English, which is their key in the Korean catalogue
    (``field_errors``); it stands after Django's own middleware of languages.
    """

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API):
            return self.get_response(request)
        with override("en"):
            return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Pages load from here; sound comes from and goes to the object store."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response
        store = settings.S3_PUBLIC_ENDPOINT_URL
        self.policy = "; ".join(
            (
                "default-src 'self'",
                f"connect-src 'self' ws: wss: blob: {store}",
                f"media-src 'self' blob: data: {store}",
                "img-src 'self' blob: data:",
                "style-src 'self' 'unsafe-inline'",  # component libraries place by inline style
                "worker-src 'self' blob:",
                "object-src 'none'",
                "base-uri 'self'",
                " ".join(("form-action 'self'", *settings.FORM_ORIGINS)),
                "frame-ancestors 'none'",
            )
        )
        # the panel's theme evaluates the expressions of its own templates; none comes from outside
        self.panel_policy = f"{self.policy}; script-src 'self' 'unsafe-eval'"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_panel = request.path.startswith(PANEL)
        policy = self.panel_policy if is_panel else self.policy
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
