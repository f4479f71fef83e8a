"""One shape for every error."""

import re
from typing import Any

import pydantic
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client
from django.utils.translation import override
from rest_framework import exceptions, serializers

from apps.accounts.models import User
from apps.common.errors import ApiError, as_api_error, exception_handler, invalid_params
from gpu_worker.contract.params import ConvertParams
from tests.apps.conftest import browser


class Inner(serializers.Serializer[Any]):
    pitch = serializers.IntegerField(max_value=24)


class Outer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)
    inner = Inner()
    ids = serializers.ListField(child=serializers.UUIDField())


def shape(error: Exception) -> dict[str, Any]:
    response = exception_handler(error, {})
    assert response is not None
    body = response.data["error"]
    assert set(body) == {"code", "message", "field", "fields", "docs", "request_id"}
    assert body["docs"].endswith(f"/docs/errors#{body['code']}")
    assert set(body["message"]) == {"ko", "en"}
    return dict(body)


def test_nested_fields_are_flat() -> None:
    wrong = Outer(data={"name": "long name", "inner": {"pitch": 99}, "ids": ["x"]})
    with pytest.raises(exceptions.ValidationError) as raised:
        wrong.is_valid(raise_exception=True)
    body = shape(raised.value)
    assert body["code"] == "invalid"
    assert {name: field["code"] for name, field in body["fields"].items()} == {
        "name": "max_length",
        "inner.pitch": "max_value",
        "ids.0": "invalid",
    }
    assert body["field"] == "name"
    assert body["fields"]["name"]["message"] == {"ko": "너무 깁니다.", "en": "This is too long."}


def test_knobs_of_the_contract() -> None:
    with pytest.raises(pydantic.ValidationError) as raised:
        ConvertParams.model_validate({"pitch_shift": 99, "volume": 11})
    body = shape(invalid_params(raised.value, "params"))
    assert set(body["fields"]) == {"params.pitch_shift", "params.volume"}
    pitch, volume = body["fields"]["params.pitch_shift"], body["fields"]["params.volume"]
    assert pitch["message"]["ko"] == "24 이하여야 합니다."
    assert pitch["message"]["en"] == "Input should be less than or equal to 24", "no echo of 99"
    assert volume["message"]["ko"] == "없는 항목입니다. 이름을 확인해 주세요."
    # the address and the request's name may hold any digits
    said = {name: value for name, value in body.items() if name not in ("request_id", "docs")}
    assert "99" not in str(said), "what was sent is not echoed"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not-found"),
        (PermissionDenied(), 403, "forbidden"),
        (ValidationError("bad"), 400, "invalid"),
        (exceptions.NotAuthenticated(), 401, "signed-out"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.PermissionDenied("CSRF Failed: token missing"), 403, "csrf"),
        (exceptions.ParseError(), 400, "invalid"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "media-type"),
        (ApiError("busy", "바쁩니다.", "Busy.", 503), 503, "busy"),
    ],
)
def test_known(error: Exception, status: int, code: str) -> None:
    known = as_api_error(error)
    assert known is not None
    assert (known.status, known.code) == (status, code)
    assert shape(error)["code"] == code


def test_throttled_says_when() -> None:
    response = exception_handler(exceptions.Throttled(wait=7.2), {})
    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (429, "8")


def test_a_bug_stays_a_bug() -> None:
    assert exception_handler(KeyError("x"), {}) is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("post", "/api/v1/nothing", 404),
        ("get", "/api/v1/files/not-a-uuid", 404),
        ("get", "/worker/v1/nothing", 404),
        ("put", "/api/v1/files", 405),
    ],
)
def test_over_http(owner_client: Client, method: str, path: str, status: int) -> None:
    answer = owner_client.generic(method.upper(), path)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]["ko"]


def test_wrong_media_type(owner_client: Client) -> None:
    answer = owner_client.post("/api/v1/uploads", "name=a", "application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "media-type")


class Every(serializers.Serializer[Any]):
    mail = serializers.EmailField()
    identity = serializers.UUIDField()
    number = serializers.IntegerField()
    day = serializers.DateField()
    several = serializers.ListField(child=serializers.CharField())
    switch = serializers.BooleanField()
    one = Inner()


def is_korean(text: str) -> bool:
    return re.search("[가-힣]", text) is not None


@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_language_says_its_own(language: str) -> None:
    wrong = Every(
        data={
            "mail": "x",
            "identity": "x",
            "number": "x",
            "day": "x",
            "several": "x",
            "switch": "x",
        }
    )
    with override(language), pytest.raises(exceptions.ValidationError) as raised:
        wrong.is_valid(raise_exception=True)
    fields = shape(raised.value)["fields"]
    assert set(fields) == set(Every().fields)
    for field in fields.values():
        assert is_korean(field["message"]["ko"])
        assert not is_korean(field["message"]["en"])


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_browsers_language_changes_no_answer(language: str, owner: User) -> None:
    client = browser(owner)
    workspace = client.get("/api/v1/me").json()["workspace"]["id"]
    made = client.post(
        f"/api/v1/workspaces/{workspace}/invitations",
        {"email": "nobody", "role": "member"},
        "application/json",
        headers={"Accept-Language": language},
    )
    assert made.status_code == 400
    assert made.json()["error"]["fields"]["email"]["message"] == {
        "ko": "유효한 이메일 주소를 입력하세요.",
        "en": "Enter a valid email address.",
    }
