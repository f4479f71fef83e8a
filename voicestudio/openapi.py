"""The last touch to the OpenAPI schema: problems, headers, examples, outgoing webhooks."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from apps.common.errors import BY_STATUS, STORAGE_AWAY, ApiError
from apps.common.idempotency import MISMATCH
from apps.hooks.events import EVENTS

_EXAMPLES: Final = Path(__file__).parent / "examples.json"
_ROOT: Final = "/api/v1/"
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_PAID: Final = frozenset(
    {"trainings", "conversions", "covers", "separations", "preprocess", "analyses"}
)
_PAID_ENDS: Final = (
    "/retry",
    "/continue",
    "/import",
    "/import/files",
    "/uploads",
    "/invitations",
    "/invitations/accept",
)
_NOUN_OF: Final = {"job": "Job", "batch": "Batch", "voice": "Voice", "file": "File"}
_REQUEST_ID: Final = "0d2a4b6c8e0f41d3a5b7c9e1f3052746"
_CREDITS_SHORT: Final = ApiError(
    "credits-short",
    "크레딧이 부족합니다. 이 작업에는 140 크레딧이 필요합니다. 사용량 페이지에서 채워 주세요.",
    "Not enough credits: this job needs 140. Add some on the usage page.",
    402,
)
_SCOPE: Final = ApiError(
    "key-scope",
    "이 API 키에는 jobs:write 권한이 없습니다. 권한이 있는 키를 사용해 주세요.",
    "This API key lacks the scope jobs:write. Use a key that has it.",
    403,
)
_TITLES: Final = {
    400: "The request is not valid; `fields` names what is wrong.",
    401: "No session, or a key that opens nothing.",
    402: "Not enough credits, or more than the plan allows.",
    403: "This key or person may not do it.",
    404: "There is no such thing in this workspace.",
    409: "It can't be done as things stand, or the idempotency key belongs to another request.",
    415: "The body is not JSON.",
    429: "Too many requests; `Retry-After` says when to come back.",
    503: "Storage does not answer right now.",
}
_HEADERS: Final = {
    "X-Request-ID": "Names this request in our logs; a caller's own word of the same header.",
    "RateLimit-Policy": 'How much may be sent: `"key";q=600;w=60` is 600 requests in 60 seconds.',
    "RateLimit": 'What is left: `"key";r=599;t=60` is 599 requests for the next 60 seconds.',
}


def complete(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """drf-spectacular's hook: the generated schema with all that no view says by itself."""
    components = result["components"]
    components["responses"] = {_name(status): _problem(status) for status in _TITLES}
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
    }
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _complete_operation(path, method, operation)
    for schema in components["schemas"].values():
        for described in schema.get("properties", {}).values():
            if not described.get("title", "").isascii():
                del described["title"]  # the panel's label of a model's field
    for name, example in examples().items():
        if name in components["schemas"]:
            components["schemas"][name]["examples"] = [example]
    result["webhooks"] = {event: _webhook(event) for event in EVENTS}
    return result


@cache
def examples() -> dict[str, Any]:
    """An example for each schema that a request or an answer is made of."""
    found: dict[str, Any] = json.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return found


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    for answer in operation["responses"].values():
        answer.setdefault("description", "")
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    for status in sorted(_statuses(path, method, operation)):
        known = operation["responses"].setdefault(str(status), {})
        if not known:
            known["$ref"] = f"#/components/responses/{_name(status)}"


def _statuses(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    """How this operation can be refused."""
    found = {429}
    parameters = operation.get("parameters", [])
    places = {parameter["in"] for parameter in parameters}
    if operation.get("security"):
        found |= {401, 403}
    if "path" in places or any(each["name"] == "X-Workspace" for each in parameters):
        found.add(404)
    if "query" in places or "requestBody" in operation:
        found.add(400)
    if "requestBody" in operation:
        found.add(415)
    if method == "post":
        found |= {400, 409}
    noun = path.removeprefix(_ROOT).partition("/")[0]
    if method == "post" and (noun in _PAID or path.endswith(_PAID_ENDS)):
        found.add(402)
    if noun == "uploads":
        found.add(503)
    return found


def _name(status: int) -> str:
    return f"Problem{status}"


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": _TITLES[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Error"},
                "examples": {error.code: {"value": _body(error)} for error in _problems(status)},
            }
        },
    }


def _problems(status: int) -> list[ApiError]:
    special = {402: [_CREDITS_SHORT], 403: [_SCOPE], 409: [MISMATCH], 503: [STORAGE_AWAY]}
    if status in special:
        return special[status]
    code, text = BY_STATUS[status]
    return [ApiError(code, text.ko, text.en, status)]


def _body(error: ApiError) -> dict[str, Any]:
    """As an answer would hold it, the same wherever the schema is made."""
    docs = f"https://studio.example.com/docs/errors#{error.code}"
    return {"error": error.body()["error"] | {"docs": docs, "request_id": _REQUEST_ID}}


def _webhook(event: str) -> dict[str, Any]:
    """What a receiver is sent, after Standard Webhooks."""
    noun = _NOUN_OF[event.partition(".")[0]]
    message = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "const": event},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"$ref": f"#/components/schemas/{noun}"},
        },
    }
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {
        "post": {
            "operationId": f"on_{event.replace('.', '_')}",
            "description": "Signed after Standard Webhooks. Answer 2xx within 5 seconds.",
            "tags": ["webhooks"],
            "parameters": [
                {"in": "header", "name": name, "required": True, "schema": {"type": "string"}}
                for name in names
            ],
            "requestBody": {"content": {"application/json": {"schema": message}}},
            "responses": {"204": {"description": "Taken."}},
        }
    }
