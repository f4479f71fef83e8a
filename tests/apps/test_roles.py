"""Every operation of the API, tried by an owner, a member, keys, a stranger, and nobody."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client

from apps.accounts import roles
from apps.accounts.models import User, Workspace
from apps.accounts.roles import BY_OPERATION, Keys, Who
from apps.accounts.scopes import SCOPES
from tests.apps.conftest import browser, program
from tests.apps.possessions import one_of_each
from tests.apps.test_strangers import body_naming, everything
from voicestudio.embedded.places import REPOSITORY

JSON = "application/json"
METHODS: Final = {"get", "post", "put", "patch", "delete"}
SCHEMA: Final = json.loads((REPOSITORY / "frontend" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS: Final = sorted(
    f"{method.upper()} {path.removeprefix('/api/v1')}"
    for path, found in SCHEMA["paths"].items()
    for method in found
    if method in METHODS
)
# Said here once more, so that a slip in the table is seen.
OF_OWNERS: Final = {
    "POST /billing/checkout",
    "POST /billing/portal",
    "POST /keys",
    "DELETE /keys/{id}",
    "POST /webhooks",
    "PATCH /webhooks/{id}",
    "DELETE /webhooks/{id}",
    "POST /webhooks/{id}/rotate",
    "POST /webhooks/{id}/test",
    "POST /webhooks/{id}/deliveries/{delivery_id}/replay",
    "PATCH /workspaces/{id}",
    "GET /workspaces/{id}/invitations",
    "POST /workspaces/{id}/invitations",
    "POST /workspaces/{id}/invitations/{invitation_id}/resend",
    "DELETE /workspaces/{id}/invitations/{invitation_id}",
    "PATCH /workspaces/{id}/members/{user_id}",
    "DELETE /workspaces/{id}/members/{user_id}",
    "GET /exports",
    "POST /exports",
    "GET /exports/{id}",
    "GET /exports/{id}/download",
    "GET /erasures",
    "POST /erasures",
    "GET /erasures/{id}",
    "GET /erasures/workspace",
    "POST /erasures/workspace",
    "DELETE /erasures/workspace",
}
OF_THEIR_MAKER: Final = {"PATCH /presets/{id}", "DELETE /presets/{id}"}
NO_KEYS: Final = {
    "POST /me/acceptances",
    "POST /invitations/accept",
    "POST /workspaces/{id}/leave",
    "GET /workspaces/{id}/invitations",
    "POST /workspaces/{id}/invitations",
    "POST /workspaces/{id}/invitations/{invitation_id}/resend",
    "DELETE /workspaces/{id}/invitations/{invitation_id}",
    "PATCH /workspaces/{id}/members/{user_id}",
    "DELETE /workspaces/{id}/members/{user_id}",
    "GET /erasures/account",
    "POST /erasures/account",
    "DELETE /erasures/account",
    "GET /erasures/workspace",
    "POST /erasures/workspace",
    "DELETE /erasures/workspace",
}
FOR_ANYBODY: Final = {
    "GET /csrf",
    "GET /health",
    "GET /legal/{document}",
    "POST /invitations/look",
}
FOR_EVERY_KEY: Final = FOR_ANYBODY | {"GET /plans", "GET /consent-statement"}
NAMED_ONLY: Final = ("keys", "billing", "exports", "erasures")

Answer = tuple[int, str]
Ask = Callable[[Client], Answer]


@pytest.fixture
def ask(request: pytest.FixtureRequest, workspace: Workspace, owner: User) -> Ask:
    """Sends the operation that the test is about, with ids and bodies of the owner's things."""
    method, _, path = request.node.callspec.params["operation"].partition(" ")
    own = one_of_each(workspace, owner) | {"legal": "terms"}
    target = "/api/v1" + re.sub(r"(\w+)/{\w+}", lambda found: f"{found[1]}/{own[found[1]]}", path)
    body = json.dumps(body_naming(own))

    def send(client: Client) -> Answer:
        headers = {"X-Workspace": str(workspace.pk)}
        answer: Any = client.generic(method, target, body, JSON, headers=headers)
        is_error = answer.status_code >= 400 and answer.headers["Content-Type"] == JSON
        known = answer.json().get("error") if is_error else None
        return answer.status_code, known["code"] if known else ""

    return send


# What somebody is told who may do it: that first there is something else to be done.
LET_IN: Final = {(403, "confirm-first"), (404, "no-picture"), (404, "no-demo")}


def is_let_in(answer: Answer) -> bool:
    """Neither signed out, nor refused, nor blind; what was sent may be wrong in other ways."""
    return answer[0] not in {401, 403, 404, 405} or answer in LET_IN


def test_the_table_names_every_operation_and_no_other() -> None:
    assert sorted(BY_OPERATION) == OPERATIONS
    assert sum(len(right.operations) for right in roles.TABLE) == len(BY_OPERATION), "named twice"


def test_the_table_says_what_was_decided() -> None:
    assert {name for name, right in BY_OPERATION.items() if right.who is Who.OWNER} == OF_OWNERS
    assert {name for name, right in BY_OPERATION.items() if right.keys is Keys.NEVER} == NO_KEYS
    assert {one for one, right in BY_OPERATION.items() if right.who is Who.ANYBODY} == FOR_ANYBODY
    assert {one for one, right in BY_OPERATION.items() if right.keys is Keys.FREE} == FOR_EVERY_KEY


def test_the_document_shows_the_table() -> None:
    text = (Path(REPOSITORY) / "docs" / "roles.md").read_text(encoding="utf-8")
    assert roles.as_markdown() in text, "paste what roles.as_markdown() says into docs/roles.md"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_owner_may_do_everything(operation: str, ask: Ask, owner: User) -> None:
    assert is_let_in(ask(browser(owner)))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_member(operation: str, ask: Ask, mate: User) -> None:
    """At a browser, and by a key that names every scope: a key never does more than its maker."""
    client, by_key = browser(mate), program(mate, *SCOPES)
    if operation in OF_THEIR_MAKER:
        assert ask(client) == (403, "preset-of-another")
        return
    if operation not in OF_OWNERS:
        assert is_let_in(ask(client))
        return
    before = everything()
    assert ask(client) == (403, "owner-only")
    assert ask(by_key) == (403, "session-only" if operation in NO_KEYS else "owner-only")
    assert everything() == before


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_key_that_may_read(operation: str, ask: Ask, owner: User) -> None:
    client = program(owner, "read")
    before = everything()
    noun = operation.partition(" /")[2].partition("/")[0]
    if operation in NO_KEYS:
        assert ask(client) == (403, "session-only")
    elif operation in FOR_EVERY_KEY or (operation.startswith("GET") and noun not in NAMED_ONLY):
        assert is_let_in(ask(client))
        return
    else:
        assert ask(client) == (403, "key-scope")
    assert everything() == before


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_stranger_and_nobody(operation: str, ask: Ask, stranger: User) -> None:
    if operation in FOR_ANYBODY:
        assert is_let_in(ask(browser(None)))
        return
    client = browser(stranger)
    before = everything()
    assert ask(browser(None)) == (401, "signed-out")
    if operation not in {"PATCH /me", "GET /consent-statement"}:  # not about any workspace
        assert ask(client) == (404, "not-found")
    assert everything() == before


def test_a_refusal_says_whom_to_ask(mate: User, workspace: Workspace) -> None:
    answer = browser(mate).post("/api/v1/keys", {"name": "x", "scopes": ["read"]}, JSON)
    assert answer.json()["error"]["message"] == {
        "ko": "워크스페이스의 소유자만 할 수 있습니다. 소유자에게 부탁해 주세요: owner@example.com",
        "en": "Only the workspace's owner may do this. Ask an owner: owner@example.com",
    }


def test_what_the_table_does_not_name_is_closed(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new view that nobody decided about fails loudly instead of serving everybody."""
    monkeypatch.setattr(roles, "BY_OPERATION", {})
    owner_client.raise_request_exception = False
    assert owner_client.get("/api/v1/files").status_code == 500
    assert owner_client.put("/api/v1/files").status_code == 405
