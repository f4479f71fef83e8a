"""The OpenAPI schema is complete, its examples hold, and what documents it is served."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from apps.common.field_errors import BY_FIELD_CODE
from voicestudio import error_codes
from voicestudio.embedded.places import REPOSITORY
from voicestudio.openapi import examples

METHODS: Final = {"get", "post", "put", "patch", "delete"}
SCHEMA: Final[dict[str, Any]] = json.loads((REPOSITORY / "frontend/openapi.json").read_text())
NO_EXAMPLE: Final = {"ShownCard"}  # a report card is long; its fields are described one by one


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield method, path, operation


def names_of(schema: dict[str, Any]) -> Iterator[str]:
    """The components that a body is made of, lists and pages taken apart."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        page = SCHEMA["components"]["schemas"][name].get("properties", {}).get("results")
        yield from names_of(page) if name.startswith("Paginated") else [name]
    if "items" in schema:
        yield from names_of(schema["items"])


def bodies() -> set[str]:
    found: set[str] = set()
    for _, _, operation in operations():
        parts = [operation.get("requestBody", {})]
        parts += [answer for code, answer in operation["responses"].items() if code.startswith("2")]
        for part in parts:
            for content in part.get("content", {}).values():
                found |= set(names_of(content["schema"]))
    return found


def test_every_body_has_an_example() -> None:
    assert bodies() - set(examples()) == NO_EXAMPLE
    assert set(examples()) <= set(SCHEMA["components"]["schemas"]), "an example of nothing"


@pytest.mark.parametrize("name", sorted(examples()))
def test_examples_hold(name: str) -> None:
    reference = {"$ref": f"#/components/schemas/{name}", "components": SCHEMA["components"]}
    problems = list(Draft202012Validator(reference).iter_errors(examples()[name]))
    assert [f"{list(each.path)}: {each.message}" for each in problems] == []


def test_every_operation_says_how_it_is_refused() -> None:
    for method, path, operation in operations():
        assert {"429", "default"} <= set(operation["responses"]), (method, path)
        if "{" in path:
            assert "404" in operation["responses"], (method, path)
        if operation.get("security"):
            assert {"401", "403"} <= set(operation["responses"]), (method, path)
            assert operation["security"] == [{"key": []}, {"session": []}], (method, path)


def test_every_post_takes_an_idempotency_key() -> None:
    reads = {"/api/v1/invitations/look"}  # a POST so that no log gets its token
    posts = [
        (path, operation)
        for method, path, operation in operations()
        if method == "post" and path not in reads
    ]
    assert len(posts) > 20
    for path, operation in posts:
        named = {parameter["name"] for parameter in operation["parameters"]}
        assert {"Idempotency-Key", "X-Workspace"} <= named, path


def test_problem_cases_have_the_one_shape() -> None:
    reference = {"$ref": "#/components/schemas/Error", "components": SCHEMA["components"]}
    answers = SCHEMA["components"]["responses"]
    assert len(answers) >= 8
    for name, answer in answers.items():
        for code, example in answer["content"]["application/json"]["examples"].items():
            assert list(Draft202012Validator(reference).iter_errors(example["value"])) == []
            assert example["value"]["error"]["code"] == code, name


def test_outgoing_webhooks_are_described() -> None:
    assert {"job.succeeded", "batch.finished", "file.ready"} <= set(SCHEMA["webhooks"])


def test_the_reference_needs_nobody_else(db: None, client: Client) -> None:
    """Scripts and styles come from here, and none stands in the page, which the policy forbids."""
    page = client.get("/docs/api")
    text = page.content.decode()
    assert page.status_code == 200
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.S)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert all(each.startswith(("/", "?")) for each in addresses), addresses
    own = [each for each in addresses if each.startswith("/static/")]
    assert own
    for each in own:
        assert client.get(each).status_code == 200, each
    [setup] = [each for each in addresses if "script" in each]
    assert "SwaggerUIBundle" in client.get(setup).content.decode()


def test_the_page_of_error_codes(client: Client) -> None:
    page = client.get("/docs/errors").content.decode()
    for code in ("idempotency-mismatch", "user:audio-silent", "key-scope", *BY_FIELD_CODE):
        assert f'id="{code}"' in page, code
    assert "이 API 키에는 … 권한이 없습니다." in page
    assert len(re.findall("<section id=", page)) == len({p.code for p in error_codes.problems()})


def test_every_code_that_is_raised_is_listed() -> None:
    known = {problem.code for problem in error_codes.problems()}
    for path in (REPOSITORY / "apps").rglob("*.py"):
        for code in re.findall(r'ApiError\(\s*"([^"]+)"', path.read_text()):
            assert code in known, (path, code)


def test_a_bug_has_the_one_shape_too(owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise KeyError("bug")

    monkeypatch.setattr("apps.jobs.stats.of_workspace", crash)
    owner_client.raise_request_exception = False
    answer = owner_client.get("/api/v1/stats", headers={"X-Request-ID": "mine-1"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["request_id"]) == (500, "internal", "mine-1")


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("x" * 65, False), ("a b", False), ("", False)]
)
def test_request_ids(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/api/v1/nothing", headers={"X-Request-ID": given})
    identity = answer.headers["X-Request-ID"]
    assert (identity == given) is kept
    assert re.fullmatch(r"[\w.-]{1,64}", identity)
    assert answer.json()["error"]["request_id"] == identity


def test_the_request_id_is_in_the_log(owner_client: Client, caplog: Any) -> None:
    caplog.set_level("INFO", logger="request")
    owner_client.get("/api/v1/files", headers={"X-Request-ID": "find-me"})
    [line] = [record.msg for record in caplog.records if record.name == "request"]
    assert (line["request_id"], line["status"]) == ("find-me", 200)
    assert line["workspace"]
