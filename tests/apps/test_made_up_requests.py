"""Requests that schemathesis makes up from the schema, each sent with a key that may do everything.

No answer is a server error, and each is as the schema says. Every request goes twice: as it was
made up, and again about things that exist. ``make trials`` sends many more (EXAMPLES=n).
"""

import json
import os
import re
from functools import cache
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts import limits
from apps.accounts.models import User, Workspace
from apps.accounts.scopes import SCOPES
from apps.common.throttle import Limit
from tests.apps.conftest import program
from tests.apps.possessions import one_of_each
from voicestudio.embedded.places import REPOSITORY

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW: Final = 4
MANY: Final = int(os.environ.get("EXAMPLES") or 150)
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Request: TypeAlias = Case[Any]
SCHEMA: Final[dict[str, Any]] = json.loads((REPOSITORY / "frontend/openapi.json").read_text())
NOUNS: Final = sorted({path.split("/")[3] for path in SCHEMA["paths"]})


@cache
def operations() -> dict[str, list[Operation]]:
    """What can be asked, by noun."""
    found: dict[str, list[Operation]] = {noun: [] for noun in NOUNS}
    for result in schemathesis.openapi.from_dict(SCHEMA).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        found[operation.path.split("/")[3]].append(operation)
    return found


def made_up(operation: Operation) -> SearchStrategy[Request]:
    """Requests as the schema wants them, and where it asks for anything, wrong ones too."""
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not operation.body and not operation.query:
        return right
    return right | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.fixture
def own(workspace: Workspace, owner: User) -> dict[str, str]:
    return one_of_each(workspace, owner)


@pytest.fixture
def client(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(limits, "limit_for", lambda workspace: Limit("key", 10**9, 60))
    monkeypatch.setattr("voicestudio.views._workers_answer", lambda: True)  # none runs here
    monkeypatch.setattr("voicestudio.views._backend_answers", lambda: True)
    client = program(owner, *SCOPES)
    client.raise_request_exception = False
    return client


def send(case: Request, client: Client) -> Response:
    """The case as a request of Django's test client."""
    asked = case.as_transport_kwargs(base_url="http://testserver")
    own_headers = ("authorization", "cookie", "content-length")
    headers = {
        name: str(value)
        for name, value in (asked.get("headers") or {}).items()
        if name.lower() not in own_headers
    }
    body = asked.get("data") or b""
    if "json" in asked:
        body = json.dumps(asked["json"])
    url = asked["url"]
    if asked.get("params"):
        url += "?" + urlencode(asked["params"], doseq=True)
    kind = headers.pop("Content-Type", "application/json")
    answer = client.generic(asked["method"], url, body, kind, headers=headers)
    return Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=requests.Request(asked["method"], url).prepare(),
        elapsed=0.0,
        verify=False,
    )


def about(case: Request, own: dict[str, str]) -> Request:
    """The same request about things that exist, in the key's own workspace."""
    for name, noun in re.findall(r"(\w+)/\{(\w+)\}", case.path):
        if name in own:
            case.path_parameters[noun] = own[name]
    case.headers.pop("X-Workspace", None)
    if isinstance(case.body, dict):
        known: dict[str, Any] = {
            "voice": own["voices"],
            "dataset": own["datasets"],
            "files": [own["files"]],
            "file_ids": [own["files"]],
        }
        case.body = {name: known.get(name, value) for name, value in case.body.items()}
    return case


def check(case: Request, client: Client) -> None:
    """Send, compare with the schema, and take back what it did."""
    with transaction.atomic():
        answer = send(case, client)
        transaction.set_rollback(True)
    case.validate_response(answer, checks=CHECKS)


def ask_all(noun: str, examples: int, client: Client, own: dict[str, str]) -> None:
    """Ask about everything of a noun, with so many examples each."""
    for operation in operations()[noun]:

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=made_up(operation))
        def ask(case: Request) -> None:
            check(case, client)
            check(about(case, own), client)

        ask()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_few_of_every_operation(noun: str, client: Client, own: dict[str, str]) -> None:
    ask_all(noun, FEW, client, own)


@pytest.mark.trial
@pytest.mark.parametrize("noun", NOUNS)
def test_many_of_every_operation(noun: str, client: Client, own: dict[str, str]) -> None:
    ask_all(noun, MANY, client, own)
