"""Every route of the studio, walked by a stranger, with a session and with an API key: 404, and
nothing changed.

A new route is walked as soon as it stands in the URLconf; one with an unknown parameter fails here
until ``own`` says what the parameter names.
"""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.serializers import serialize
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts.models import User, Workspace
from apps.accounts.scopes import SCOPES
from apps.jobs.models import Job
from tests.apps.conftest import browser, program
from tests.apps.possessions import one_of_each
from tests.factories import make_user, workspace_of
from voicestudio.asgi import application
from voicestudio.urls import urlpatterns

JSON = "application/json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PUBLIC = {
    "/api/v1/csrf",
    "/api/v1/health",
    "/api/v1/schema",
    "/api/v1/legal/<str:document>",
    "/api/v1/invitations/look",
}
# Lists of one's own and texts for everybody: a stranger gets an answer that names nothing of ours.
OURS = ("/api/v1/", "/worker/v1/")


def routes(patterns: Sequence[Any] | None = None, prefix: str = "/") -> Iterator[str]:
    """Every address of the API as ``/api/v1/files/<uuid:file_id>``."""
    found: Sequence[Any] = urlpatterns if patterns is None else patterns
    for pattern in found:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern) and address.startswith(OURS):
            yield address


ROUTES = sorted(set(routes()))
STARTS = {
    "trainings": ("voice", "dataset"),
    "conversions": ("voice", "files"),
    "covers": ("voice", "files"),
    "conversions/grid": ("singers", "files"),
    "covers/grid": ("singers", "files"),
    "separations": ("files",),
    "preprocess": ("files",),
    "analyses": ("dataset",),
}
"""What starts jobs, and the names that such a request has to say."""
FREE = ("/api/v1/consent-statement", "/api/v1/plans")
"""The same for everybody."""
NOT_FOR_KEYS = ("/api/v1/invitations/accept", "/api/v1/me/acceptances")
"""Whatever a key's scopes are."""
WITH_ID = [route for route in ROUTES if "<" in route and route not in PUBLIC]
WITHOUT_ID = [route for route in ROUTES if "<" not in route]
OF_A_WORKSPACE = [
    route for route in ROUTES if route not in {*PUBLIC, *FREE} and not route.startswith("/worker/")
]


@pytest.fixture
def own(workspace: Workspace, owner: User) -> dict[str, str]:
    """One of everything that the owner has, by the part of a route that stands before its id."""
    return one_of_each(workspace, owner)


@pytest.fixture
def strangers(stranger: User) -> tuple[Client, Client]:
    """The stranger at a browser, and the stranger's program with a key that may do everything."""
    return browser(stranger), program(stranger, *SCOPES)


def address(route: str, own: dict[str, str]) -> str:
    """The route with the owner's ids in it."""

    def named(match: re.Match[str]) -> str:
        kind = match[1]
        assert kind in own, f"tell this test what {route} names"
        return f"{kind}/{own[kind]}"

    return re.sub(r"(\w+)/<[^>]*>", named, route)


def everything() -> dict[str, str]:
    """All rows but sessions, as text."""
    skipped = {"sessions.session", "usersessions.usersession", ContentType._meta.label_lower}
    return {
        model._meta.label: serialize("json", model._default_manager.order_by("pk"))
        for model in apps.get_models()
        if model._meta.label_lower not in skipped
    }


def body_naming(own: dict[str, str]) -> dict[str, Any]:
    """A body in which every name that any route reads points at the owner's things."""
    return {
        "name": "훔친 것",
        "email": "thief@example.com",
        "role": "owner",
        "token": "x",
        "url": "https://example.org/",
        "events": ["*"],
        "scopes": ["read"],
        "voice": own["voices"],
        "singers": [{"voice": own["voices"]}],
        "labels": ["훔친 것"],
        "total_steps": 1000,
        "dataset": own["datasets"],
        "file_ids": [own["files"]],
        "files": [own["files"]],
        "method": "PUT",
        "statement_version": "1",
        "singer_name": "x",
        "scope": "own",
        "agreed": True,
    }


def test_the_walk_is_long_enough() -> None:
    assert len(WITH_ID) >= 15
    assert len(WITHOUT_ID) >= 10
    assert len(list(get_resolver().url_patterns)) >= 5


@pytest.mark.parametrize("route", WITH_ID)
def test_anothers_things_do_not_exist(
    route: str, own: dict[str, str], strangers: tuple[Client, Client]
) -> None:
    before = everything()
    for method, client in product(METHODS, strangers):
        answer = client.generic(method, address(route, own), _json(body_naming(own)), JSON)
        assert answer.status_code in {404, 405}, (method, route, answer.content)
        if answer.status_code == 404:
            assert answer.json()["error"]["code"] == "not-found"
    assert everything() == before


@pytest.mark.parametrize("route", [route for route in WITHOUT_ID if route not in PUBLIC])
def test_lists_and_starts_name_nothing_of_ours(
    route: str, own: dict[str, str], workspace: Workspace, strangers: tuple[Client, Client]
) -> None:
    ours = _rows_of(workspace)
    for method, client in product(METHODS, strangers):
        answer = client.generic(method, route, _json(body_naming(own)), JSON)
        assert answer.status_code < 500, (method, route, answer.content)
        for thing in (*own.values(), str(workspace.pk)):
            assert thing not in answer.content.decode(), (method, route)
    assert _rows_of(workspace) == ours


@pytest.mark.parametrize("kind", STARTS)
def test_no_job_starts_from_anothers_things(
    kind: str, own: dict[str, str], strangers: tuple[Client, Client]
) -> None:
    jobs = Job.objects.count()
    body = {name: value for name, value in body_naming(own).items() if name in STARTS[kind]}
    for client in strangers:
        answer = client.post(f"/api/v1/{kind}", body, JSON)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")
    assert Job.objects.count() == jobs


@pytest.mark.parametrize("route", OF_A_WORKSPACE)
def test_header_of_anothers_workspace(
    route: str, own: dict[str, str], workspace: Workspace, strangers: tuple[Client, Client]
) -> None:
    target = address(route, own) if "<" in route else route
    before = everything()
    named = body_naming(own)
    if route == "/api/v1/me":
        del named["name"]  # a stranger may rename themselves
    for method, client in product(METHODS, strangers):
        answer = client.generic(
            method, target, _json(named), JSON, headers={"X-Workspace": str(workspace.pk)}
        )
        is_known = (route, method) == ("/api/v1/me", "PATCH")
        is_known |= route in NOT_FOR_KEYS and answer.status_code == 403
        assert answer.status_code in {404, 405} or is_known, (method, route, answer.content)
    assert everything() == before


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in PUBLIC])
def test_signed_out(route: str, own: dict[str, str], anonymous_client: Client) -> None:
    target = address(route, own) if "<" in route else route
    before = everything()
    for method in METHODS:
        cache.clear()  # the throttle of strangers is not what this is about
        answer = anonymous_client.generic(method, target, _json(body_naming(own)), JSON)
        public = route in FREE and method == "GET"
        secret = route.startswith("/worker/v1/runpod/") and answer.status_code == 404
        assert answer.status_code in {401, 405} or public or secret, (method, route, answer.content)
    assert everything() == before


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in PUBLIC])
def test_a_key_without_the_scope(route: str, own: dict[str, str], owner: User) -> None:
    """Its own workspace, but nothing that it may do there: refused before anything is read."""
    target = address(route, own) if "<" in route else route
    noun = route.removeprefix("/api/v1/").partition("/")[0]
    client = program(owner, "stats:read" if noun != "stats" else "files:read")
    for method in METHODS:
        answer = client.generic(method, target, _json(body_naming(own)), JSON)
        free = route in FREE or route.startswith("/worker/")
        assert answer.status_code == 403 or free, (method, route, answer.content)
        assert free or answer.json()["error"]["code"] in {"key-scope", "session-only"}


@sync_to_async
def _workspace_and_cookie(signed_in: bool) -> tuple[uuid.UUID, bytes]:
    try:
        workspace = workspace_of(make_user())
        client = browser(make_user() if signed_in else None)
        cookie = client.cookies.output(header="", sep=";").encode()
        return workspace.pk, cookie
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("known", [True, False])
async def test_websocket(signed_in: bool, known: bool) -> None:
    """The whole way in, middleware included: accepted, so that the code arrives, and closed."""
    workspace, cookie = await _workspace_and_cookie(signed_in)
    target = workspace if known else uuid.uuid4()
    scope = {
        "type": "websocket",
        "path": f"/ws/v1/workspaces/{target}",
        "headers": [(b"origin", b"http://localhost"), (b"cookie", cookie)],
        "subprotocols": [],
    }
    communicator: Any = ApplicationCommunicator  # untyped
    socket = communicator(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    sent = [await socket.receive_output(10) for _ in range(2)]
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[1]["code"] == 4404


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body)


def _rows_of(workspace: Workspace) -> dict[str, str]:
    return {
        model._meta.label: serialize(
            "json", model._default_manager.filter(workspace=workspace).order_by("pk")
        )
        for model in apps.get_models()
        if any(field.name == "workspace" for field in model._meta.get_fields())
    }
