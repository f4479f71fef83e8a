"""No secret reaches a log."""

import io
import json
import logging
import secrets

import pytest
import structlog
from django.test import Client

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
        f"GET https://studio/invitations/{'abcdef' * 7}_- 200",
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
    invitation = "/api/v1/workspaces/1/invitations/4c5f7d6e-3c52-4d6b-a2f0-6a4f0c1d2e3f/resend"
    assert redact(invitation) == invitation
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


@pytest.mark.django_db
def test_no_log_holds_the_token_of_a_mails_link(client: Client) -> None:
    """Ours, and uvicorn's where somebody turns its access log on; nor does a Referer."""
    token = secrets.token_urlsafe(32)
    config = logging_config("INFO")
    formatter = dict(config["formatters"]["json"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter.pop("()")(**formatter))
    logging.getLogger().addHandler(handler)
    try:
        for page in ("verify-email", "reset-password", "invitations"):
            answer = client.get(f"/{page}/{token}")
            assert answer.headers["Referrer-Policy"] == "strict-origin"
            logging.getLogger("uvicorn.access").info(
                '%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", f"/{page}/{token}", "1.1", 200
            )
    finally:
        logging.getLogger().removeHandler(handler)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == ["request", "uvicorn.access"] * 3
    assert [line["path"] for line in lines[::2]] == [
        "/verify-email/[redacted]",
        "/reset-password/[redacted]",
        "/invitations/[redacted]",
    ]
    assert token not in stream.getvalue()
