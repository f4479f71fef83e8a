"""Settings that must not serve, each with a hint. Run by manage.py, the web and the worker."""

import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks

from apps.billing.plans import PACKS, PLANS, margin

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "testserver"})
_KNOWN_ENVIRONMENTS = ("embedded", "test", "production")


def _error(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"voicestudio.E{number:03}")


@register(Tags.security)
def check_settings(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """Every rule, in the order in which a person would mend them."""
    if settings.ENVIRONMENT not in _KNOWN_ENVIRONMENTS:
        return [
            _error(
                1,
                f"ENVIRONMENT is {settings.ENVIRONMENT!r}.",
                f"Use one of {', '.join(_KNOWN_ENVIRONMENTS)}.",
            )
        ]
    errors = [
        *_check_public(),
        *_check_compute(),
        *_check_environment(),
        *_check_money(),
        *_check_social(),
    ]
    if settings.ENVIRONMENT == "production":
        errors += [*_check_secrets(), *_check_production()]
    return list(errors)


def _check_social() -> list[Error]:
    return [
        _error(
            31,
            f"{name.upper()}_CLIENT_ID and {name.upper()}_CLIENT_SECRET are not both set.",
            "Set both to offer sign-in there, or neither.",
        )
        for name in settings.SOCIALACCOUNT_HALF_CONFIGURED
    ]


def _check_environment() -> list[Error]:
    """What serves the world must be held to the rules of production."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    if settings.ENVIRONMENT == "embedded" and host and host not in _LOCAL_HOSTS:
        return [
            _error(
                9,
                f"ENVIRONMENT is embedded while PUBLIC_URL is {settings.PUBLIC_URL}.",
                "Set ENVIRONMENT=production: its rules keep a public studio safe.",
            )
        ]
    return []


def _check_public() -> list[Error]:
    public = urlsplit(settings.PUBLIC_URL)
    found = []
    if public.scheme not in {"http", "https"} or not public.hostname:
        found.append(
            _error(2, "PUBLIC_URL is not a URL.", "Set it like https://studio.example.com.")
        )
        return found
    hosts = {public.hostname, *settings.ALLOWED_HOSTS}
    if settings.DEBUG and not hosts <= _LOCAL_HOSTS:
        found.append(
            _error(
                3,
                "DEBUG is on with a public host.",
                "Unset DEBUG, or serve localhost only: error pages would show secrets.",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            _error(4, "ALLOWED_HOSTS allows every host.", "List the names that you serve.")
        )
    if public.scheme == "http" and public.hostname not in _LOCAL_HOSTS:
        found.append(
            _error(
                5,
                "PUBLIC_URL is http on a public host.",
                "Serve https: session cookies would travel in the clear.",
            )
        )
    return found


def _check_compute() -> list[Error]:
    backend = settings.COMPUTE_BACKEND
    if backend not in {"local", "runpod"}:
        return [_error(6, f"COMPUTE_BACKEND is {backend!r}.", "Use local or runpod.")]
    if settings.LOCAL_BACKEND_SLOTS < 1:
        return [_error(8, "LOCAL_BACKEND_SLOTS is below 1.", "Set it to 1 or more.")]
    return []


def _check_money() -> list[Error]:
    if not settings.STRIPE_SECRET_KEY:
        return []
    found = []
    if not settings.STRIPE_WEBHOOK_SECRET:
        found.append(
            _error(
                14,
                "STRIPE_WEBHOOK_SECRET is missing.",
                "Set it to the webhook endpoint's signing secret: without it no payment arrives.",
            )
        )
    sold = [plan for plan in PLANS.values() if plan.price] + list(PACKS.values())
    losing = [
        str(each.name) for each in sold if each.price and margin(each.price, each.credits) < 0
    ]
    if losing:
        found.append(
            _error(
                15,
                f"Sold below the cost of a GPU second: {', '.join(losing)}.",
                "Raise the prices in apps/billing/plans.py, or correct GPU_USD_PER_S.",
            )
        )
    return found


def _check_secrets() -> list[Error]:
    found = []
    if not settings.SECRET_KEY_IS_GIVEN:
        found.append(
            _error(
                10,
                "SECRET_KEY is missing.",
                "Set it to 50 random characters and keep it: sessions and tokens hang on it.",
            )
        )
    elif len(settings.SECRET_KEY) < 40 or settings.SECRET_KEY.startswith("django-insecure"):
        found.append(_error(11, "SECRET_KEY is weak.", "Use at least 40 random characters."))
    if "embedded" in {settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY}:
        found.append(
            _error(
                12,
                "The object store has the default credentials.",
                "Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.",
            )
        )
    if not settings.DATABASES["default"]["PASSWORD"]:
        found.append(
            _error(13, "DATABASE_URL has no password.", "Give the database user a password.")
        )
    return found


def _check_production() -> list[Error]:
    found = []
    public = urlsplit(settings.PUBLIC_URL)
    if settings.DEBUG:
        found.append(_error(20, "DEBUG is on in production.", "Unset DEBUG."))
    if public.scheme != "https":
        found.append(_error(21, "PUBLIC_URL is not https.", "Set it to your https address."))
    if public.hostname in _LOCAL_HOSTS:
        found.append(_error(22, "PUBLIC_URL is this machine.", "Set it to your public address."))
    if urlsplit(settings.S3_PUBLIC_ENDPOINT_URL).scheme != "https":
        found.append(
            _error(
                23,
                "S3_PUBLIC_ENDPOINT_URL is not https.",
                "Browsers refuse http from an https page; give the store a certificate.",
            )
        )
    if urlsplit(settings.WORKER_CALLBACK_URL).scheme != "https":
        found.append(
            _error(
                24,
                "WORKER_CALLBACK_URL is not https.",
                "Workers send their tokens there; use https.",
            )
        )
    if not settings.TRUSTED_PROXIES:
        found.append(
            _error(
                26,
                "TRUSTED_PROXIES is 0, but something in front of us speaks https.",
                "Set it to the number of proxies: their X-Forwarded headers name the real client.",
            )
        )
    if not settings.EMAIL_URL:
        found.append(
            _error(25, "EMAIL_URL is missing.", "Set it like smtps://user:password@host:465.")
        )
    return found


def refuse_unsafe_start() -> None:
    """Ends the process where a check fails; the web and Celery call it before they serve."""
    errors = [found for found in run_checks(tags=[Tags.security]) if found.is_serious()]
    if errors:
        for error in errors:
            print(f"{error.id}: {error.msg}\n    {error.hint}", file=sys.stderr)
        sys.exit(78)  # EX_CONFIG of sysexits.h
