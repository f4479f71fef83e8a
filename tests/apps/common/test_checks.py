"""Settings that must not serve are refused, each with a hint."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from voicestudio.checks import check_settings

GOOD: dict[str, Any] = {
    "ENVIRONMENT": "production",
    "DEBUG": False,
    "PUBLIC_URL": "https://studio.example.com",
    "ALLOWED_HOSTS": ["studio.example.com"],
    "SECRET_KEY_IS_GIVEN": True,
    "SECRET_KEY": "k" * 50,
    "S3_ACCESS_KEY_ID": "AKIA",
    "S3_SECRET_ACCESS_KEY": "s" * 40,
    "S3_PUBLIC_ENDPOINT_URL": "https://s3.example.com",
    "DATABASES": {"default": {"PASSWORD": "secret"}},
    "WORKER_CALLBACK_URL": "https://studio.example.com",
    "EMAIL_URL": "smtps://mail",
    "TRUSTED_PROXIES": 1,
    "COMPUTE_BACKEND": "runpod",
    "RUNPOD_API_KEY": "key",
    "RUNPOD_ENDPOINT_ID": "endpoint",
    "LOCAL_BACKEND_SLOTS": 1,
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "GPU_USD_PER_S": 0.00031,
}


def found(settings: Any, **changes: Any) -> set[str]:
    # DATABASES is not set on the settings object: Django warns about that.
    values = GOOD | changes
    databases = values.pop("DATABASES")
    for name, value in values.items():
        setattr(settings, name, value)
    settings.DATABASES["default"]["PASSWORD"] = databases["default"]["PASSWORD"]
    errors = check_settings()
    assert all(error.hint for error in errors)
    return {str(error.id).removeprefix("voicestudio.") for error in errors}


@pytest.fixture
def settings_kept(settings: Any) -> Any:
    password = settings.DATABASES["default"]["PASSWORD"]
    yield settings
    settings.DATABASES["default"]["PASSWORD"] = password


def test_good(settings_kept: Any) -> None:
    assert found(settings_kept) == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ENVIRONMENT": "staging"}, {"E001"}),
        ({"PUBLIC_URL": "studio"}, {"E002", "E021"}),
        ({"DEBUG": True}, {"E003", "E020"}),
        ({"ALLOWED_HOSTS": ["*"]}, {"E004"}),
        ({"PUBLIC_URL": "http://studio.example.com"}, {"E005", "E021"}),
        ({"PUBLIC_URL": "https://localhost"}, {"E022"}),
        ({"COMPUTE_BACKEND": "cloud"}, {"E006"}),
        ({"COMPUTE_BACKEND": "local", "LOCAL_BACKEND_SLOTS": 0}, {"E008"}),
        ({"ENVIRONMENT": "embedded"}, {"E009"}),
        ({"SECRET_KEY_IS_GIVEN": False}, {"E010"}),
        ({"SECRET_KEY": "short"}, {"E011"}),
        ({"SECRET_KEY": "django-insecure-" + "k" * 50}, {"E011"}),
        ({"S3_SECRET_ACCESS_KEY": "embedded"}, {"E012"}),
        ({"DATABASES": {"default": {"PASSWORD": ""}}}, {"E013"}),
        ({"S3_PUBLIC_ENDPOINT_URL": "http://s3.example.com"}, {"E023"}),
        ({"WORKER_CALLBACK_URL": "http://studio.example.com"}, {"E024"}),
        ({"EMAIL_URL": ""}, {"E025"}),
        ({"TRUSTED_PROXIES": 0}, {"E026"}),
        ({"STRIPE_WEBHOOK_SECRET": ""}, {"E014"}),
        ({"SOCIALACCOUNT_HALF_CONFIGURED": ["kakao"]}, {"E031"}),
        ({"GPU_USD_PER_S": 0.00107}, {"E015"}),
        ({"GPU_USD_PER_S": 0.00107, "STRIPE_SECRET_KEY": ""}, set()),
    ],
)
def test_refused(settings_kept: Any, changes: dict[str, Any], expected: set[str]) -> None:
    assert found(settings_kept, **changes) == expected


def test_embedded_may_be_simple(settings_kept: Any) -> None:
    simple = {
        "ENVIRONMENT": "embedded",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "S3_ACCESS_KEY_ID": "embedded",
        "EMAIL_URL": "",
        "COMPUTE_BACKEND": "local",
    }
    assert found(settings_kept, **simple) == set()


@pytest.mark.parametrize("target", ["voicestudio.asgi", "voicestudio.worker_start"])
def test_nothing_starts_unsafe(target: str, tmp_path: Path) -> None:
    """The web process ends with a hint before it serves; so does a Celery worker."""
    code = (
        "import voicestudio.asgi"
        if target == "voicestudio.asgi"
        else "from celery.bin.celery import celery; "
        "celery(['-A', 'voicestudio.celery', 'worker', '-c', '1'])"
    )
    env = {"PATH": os.environ["PATH"], "ENVIRONMENT": "production", "VAR_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 78
    assert "SECRET_KEY is missing" in ended.stderr
    assert "50 random characters" in ended.stderr
