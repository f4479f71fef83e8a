"""No secret reaches a log."""

import io
import json
import logging

import pytest
import structlog

from voicestudio.logs import logging_config, redact

SIGNED = (
    "http://127.0.0.1:8333/bucket/uploads/a/source"
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=me%2F2026&X-Amz-Signature=abcdef"
)


@pytest.mark.parametrize(
    "text",
    [
        f"GET {SIGNED} 200",
        f'{{"url": "{SIGNED}"}}',
        "Authorization: Bearer abcdef.abcdef",
        "made avs_abcdef_abcdef",
        "signed with whsec_abcdef+/=",
        "Cookie: sessionid=abcdef; csrftoken=abcdef",
        "/verify-email/abcdef",
        "https://studio/reset-password/abcdef",
        "POST /worker/v1/runpod/abcdef:1abc:sig 200",
        "postgres://user:abcdef@db/studio",
        "redis://:abcdef@cache:6379/0",
        "api?token=abcdef&x=1",
        "{'abcdef@example.co.kr': (550, b'5.1.1 <abcdef@example.co.kr>: no such user')}",
    ],
)
def test_strings(text: str) -> None:
    assert "abcdef" not in redact(text)


def test_names_and_nesting() -> None:
    event = {
        "token": "abcdef",
        "headers": {"Authorization": "abcdef", "Cookie": "abcdef", "Accept": "json"},
        "items": [{"s3_secret_access_key": "abcdef"}, SIGNED],
        "count": 3,
    }
    shown = redact(event)
    assert "abcdef" not in json.dumps(shown)
    assert shown["headers"]["Accept"] == "json"
    assert shown["count"] == 3


def test_plain_text_stays() -> None:
    text = "job 12 started at /api/v1/jobs?kind=train in 3.2 s"
    assert redact(text) == text


def test_lines_of_both_loggers_are_redacted_json(capsys: pytest.CaptureFixture[str]) -> None:
    config = logging_config("INFO")
    formatter = dict(config["formatters"]["json"])
    made = formatter.pop("()")(**formatter)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made)
    logger = logging.getLogger("test-redaction")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        logger.info("fetching %s", SIGNED)
        structlog.get_logger("test-redaction").info("fetching", url=SIGNED, token="abcdef")
        try:
            raise ValueError(SIGNED)
        except ValueError:
            logger.exception("broke")
    finally:
        logger.removeHandler(handler)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert "abcdef" not in stream.getvalue()
    assert [json.loads(line)["level"] for line in lines] == ["info", "info", "error"]
    assert "ValueError" in json.loads(lines[2])["exception"]
