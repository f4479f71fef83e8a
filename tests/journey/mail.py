"""Mails as the embedded stack's catcher keeps them."""

import email
import email.policy
from email.message import EmailMessage

from tests.live import LiveStack


def mail_to(stack: LiveStack, address: str) -> EmailMessage | None:
    """The newest mail to an address."""
    for path in sorted(stack.mail.glob("*.eml"), key=lambda found: -found.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if address in str(message["To"]):
            return message
    return None


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
