"""The page, its headers, CSRF, health and the schema."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from apps.accounts.models import User
from apps.common import storage
from tests.factories import PASSWORD, make_dataset, make_file, make_user, workspace_of
from tests.operators import operator_browser, with_second_factor


@pytest.fixture
def dist(tmp_path: Path, settings: Any) -> Path:
    settings.FRONTEND_DIST = tmp_path
    (tmp_path / "index.html").write_text("<!doctype html><title>AI Voice Studio</title>")
    return tmp_path


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize("path", ["/", "/library", "/voices/1/edit", "/verify-email/abc"])
def test_every_page_is_the_frontend(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"AI Voice Studio" in answer.content
    assert "csrftoken" in answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]


def test_not_built_yet(client: Client, tmp_path: Path, settings: Any) -> None:
    settings.FRONTEND_DIST = tmp_path
    answer = client.get("/")
    assert answer.status_code == 503
    assert "make run" in answer.content.decode()


@pytest.mark.usefixtures("dist")
def test_headers(client: Client, settings: Any) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert f"media-src 'self' blob: data: {settings.S3_PUBLIC_ENDPOINT_URL}" in policy
    assert "script-src" not in policy, "scripts only from here"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_cookies(owner_client: Client) -> None:
    answer = owner_client.get("/api/v1/csrf")
    cookie = answer.cookies["csrftoken"]
    assert cookie["samesite"] == "Lax"
    session = owner_client.cookies["sessionid"]
    assert session.value


def test_health(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicestudio.views._workers_answer", lambda: True)
    answer = client.get("/api/v1/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["parts"] == dict.fromkeys(
        ("database", "redis", "storage", "workers", "backend"), True
    )


def test_health_without_workers_or_storage(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "answers", lambda: False)
    answer = client.get("/api/v1/health")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert (parts["storage"], parts["workers"], parts["database"]) == (False, False, True)


def test_schema(db: None, client: Client) -> None:
    answer = client.get("/api/v1/schema", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert b"3.1" in answer.content


def test_admin_shows_every_room(db: None) -> None:
    operator = with_second_factor(User.objects.create_superuser("op@example.com", PASSWORD))
    file = make_file(make_dataset(workspace_of(make_user())).workspace)
    client = operator_browser(operator)
    for model in admin.site._registry:
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(url).status_code == 200, url
    assert client.get(f"/admin/library/audiofile/{file.pk}/change/").status_code == 200
    assert client.get(f"/admin/accounts/user/{operator.pk}/change/").status_code == 200
