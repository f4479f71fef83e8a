"""One shape for every error of the API.

``{"error": {"code", "message": {"ko", "en"}, "field": null | name, "fields": {name: {...}}, "docs",
"request_id"}}``; ``docs`` is the page that lists every code.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pydantic
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from . import field_errors, request_ids
from .field_errors import INVALID
from .sentences import Sentence

DOCS_PATH: Final = "/docs/errors"


@dataclass(frozen=True, slots=True)
class FieldError:
    code: str
    message: Sentence

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message.as_dict()}


class ApiError(Exception):
    """A refusal with a stable code, for any service to raise; views need not catch it."""

    def __init__(
        self,
        code: str,
        ko: str,
        en: str,
        status: int = status.HTTP_409_CONFLICT,
        field: str | None = None,
        fields: Mapping[str, FieldError] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.message = Sentence(ko, en)
        self.status = status
        self.field = field
        self.fields = dict(fields or {})
        self.wait = retry_after_s

    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "code": self.code,
                "message": self.message.as_dict(),
                "field": self.field,
                "fields": {name: error.as_dict() for name, error in self.fields.items()},
                "docs": f"{settings.PUBLIC_URL}{DOCS_PATH}#{self.code}",
                "request_id": request_ids.current(),
            }
        }


NOT_FOUND = ApiError("not-found", "찾을 수 없습니다.", "Not found.", 404)

BY_STATUS: dict[int, tuple[str, Sentence]] = {
    400: ("invalid", Sentence("요청을 읽을 수 없습니다.", "The request can't be read.")),
    401: ("signed-out", Sentence("먼저 로그인해 주세요.", "Sign in first.")),
    403: ("forbidden", Sentence("권한이 없습니다.", "You may not do this.")),
    404: ("not-found", NOT_FOUND.message),
    405: ("method", Sentence("지원하지 않는 요청입니다.", "This method is not supported.")),
    406: ("not-acceptable", Sentence("JSON만 제공합니다.", "Only JSON is offered.")),
    415: ("media-type", Sentence("JSON으로 보내 주세요.", "Send JSON.")),
    429: (
        "too-many-requests",
        Sentence(
            "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
            "Too many requests. Try again in a moment.",
        ),
    ),
}


def invalid(fields: Mapping[str, FieldError]) -> ApiError:
    """A 400 that names the fields at fault."""
    first = next(iter(fields), None)
    return ApiError(
        "invalid",
        "입력값을 확인해 주세요.",
        "Check the values entered.",
        400,
        field=first,
        fields=fields,
    )


def invalid_params(error: pydantic.ValidationError, prefix: str = "") -> ApiError:
    """The same for a contract model that refused its input; names are ``prefix.path``."""
    fields = {}
    for item in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in ([prefix] if prefix else []) + list(item["loc"]))
        said = field_errors.of_knob(item["type"], item["msg"], item.get("ctx", {}))
        fields[name] = FieldError(item["type"], said)
    return invalid(fields)


@dataclass(slots=True)
class _Flat:
    """DRF's nested detail as flat ``path -> error``."""

    fields: dict[str, FieldError] = field(default_factory=dict)

    def add(self, detail: Any, path: str) -> None:
        if isinstance(detail, Mapping):
            for name, item in detail.items():
                self.add(item, self._join(path, str(name)))
        elif isinstance(detail, list | tuple):
            for number, item in enumerate(detail):
                nested = isinstance(item, Mapping | list | tuple)
                self.add(item, self._join(path, str(number)) if nested else path)
        else:
            code = str(getattr(detail, "code", "invalid"))
            said = field_errors.of_field(code, str(detail))
            self.fields.setdefault(path, FieldError(code, said))

    @staticmethod
    def _join(path: str, name: str) -> str:
        if name == "non_field_errors":
            return path
        return f"{path}.{name}" if path else name


def _flatten(detail: Any) -> dict[str, FieldError]:
    flat = _Flat()
    flat.add(detail, "")
    return flat.fields


def _from_drf(error: exceptions.APIException) -> ApiError:
    if isinstance(error, exceptions.ValidationError):
        return invalid(_flatten(error.detail))
    if isinstance(error, exceptions.AuthenticationFailed):
        return KEYINVALID
    code, message = BY_STATUS.get(error.status_code, ("error", field_errors.INVALID))
    if isinstance(error, exceptions.PermissionDenied) and "CSRF" in str(error.detail):
        return CSRF_FAILED
    return ApiError(code, message.ko, message.en, error.status_code)


KEYINVALID = ApiError(
    "key-invalid",
    "API 키가 올바르지 않거나 만료되었거나 폐기되었습니다. 스튜디오에서 새 키를 만들어 주세요.",
    "The API key is wrong, expired or revoked. Make a new one in the studio.",
    401,
)

CSRF_FAILED = ApiError(
    "csrf",
    "보안 확인에 실패했습니다. 페이지를 새로고침해 주세요.",
    "The security check failed. Reload the page.",
    403,
)


STORAGE_AWAY = ApiError(
    "storage-away",
    "저장소가 잠시 응답하지 않습니다. 잠시 후 다시 시도해 주세요.",
    "Storage does not answer right now. Try again in a moment.",
    503,
)


UNEXPECTED = ApiError(
    "internal",
    "서버에서 문제가 생겼습니다. 잠시 후 다시 시도해 주세요.",
    "Something went wrong on the server. Try again in a moment.",
    500,
)


def as_api_error(error: Exception) -> ApiError | None:
    """What a known exception means to a client; None for a bug of ours."""
    match error:
        case ApiError():
            return error
        case exceptions.APIException():
            return _from_drf(error)
        case Http404():
            return NOT_FOUND
        case PermissionDenied():
            code, message = BY_STATUS[403]
            return ApiError(code, message.ko, message.en, 403)
        case DjangoValidationError():
            return invalid({"": FieldError("invalid", INVALID)})
        case BotoCoreError() | ClientError():
            return STORAGE_AWAY
    return None


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook: known errors in our shape, anything else falls through to a 500."""
    known = as_api_error(error)
    if known is None:
        return None
    return Response(known.body(), status=known.status, headers=dict(_headers(error)))


def _headers(error: Exception) -> Iterator[tuple[str, str]]:
    if header := getattr(error, "auth_header", None):
        yield "WWW-Authenticate", header
    if wait := getattr(error, "wait", None):
        yield "Retry-After", str(math.ceil(wait))
