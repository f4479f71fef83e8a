"""The mail catcher: every mail becomes a file, and its first link is shown on the terminal.

``python -m voicestudio.embedded.mail PORT FOLDER``
"""

import asyncio
import email
import email.policy
import re
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_LINK = re.compile(r"https?://\S+")


class Catcher:
    """An aiosmtpd handler that stores each accepted mail whole as ``<time>-<number>.eml``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self._count += 1
        path = self._folder / f"{time.time_ns()}-{self._count}.eml"
        aside = path.with_suffix(".part")
        aside.write_bytes(raw)
        aside.rename(path)
        print(summary(raw, envelope.rcpt_tos), flush=True)
        return "250 stored"


def summary(raw: bytes, recipients: list[str]) -> str:
    """One line a mail: for whom, what about, and the link in it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    link = _LINK.search(body.get_content() if body is not None else "")
    return f"  mail       {', '.join(recipients)}: {message['subject']}" + (
        f"\n             {link[0]}" if link else ""
    )


async def serve(port: int, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    handler = Catcher(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
