"""A provider that speaks OAuth 2.0's authorisation code grant as Kakao, Naver and Google document.

Each has its own addresses, its own names in the profile, its own way of refusing. A code is good
once, for the client and the redirect that it was made for; with PKCE, for its verifier.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "client-of-tests", "secret-of-tests"
GOOGLE = "https://accounts.google.com"


@dataclass
class Grant:
    """What somebody agreed to at the provider's page."""

    provider: str
    redirect: str
    challenge: str | None


@dataclass
class FakeProvider:
    """``person`` is who sits at the browser: an id, an address, and whether that is proven.

    ``says_no``: they refuse. ``calls`` are the paths that were asked for.
    """

    url: str = ""
    uid: str = "12345"
    email: str | None = "singer@example.com"
    is_proven: bool = True
    says_no: bool = False
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def authorize(self, provider: str, asked: dict[str, str]) -> str:
        """The page where somebody agrees; where it sends the browser."""
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        back = {"state": asked["state"]}
        if self.says_no:
            back |= {"error": "access_denied"}
        else:
            code = secrets.token_urlsafe(12)
            challenge = asked.get("code_challenge")
            assert challenge is None or asked["code_challenge_method"] == "S256"
            assert (challenge is not None) == (provider == "google")
            self.grants[code] = Grant(provider, asked["redirect_uri"], challenge)
            back |= {"code": code}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, provider: str, said: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code against a token; Naver refuses with 200."""
        grant = self.grants.pop(said.get("code", ""), None)
        is_good = (
            grant is not None
            and grant.provider == provider
            and grant.redirect == said.get("redirect_uri")
            and (said.get("client_id"), said.get("client_secret")) == (CLIENT, SECRET)
            and said.get("grant_type") == "authorization_code"
            and _fits(grant.challenge, said.get("code_verifier"))
        )
        if not is_good:
            return 200 if provider == "naver" else 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(12)
        self.tokens[token] = provider
        body = {"access_token": token, "token_type": "bearer", "expires_in": 3600}
        return 200, body | ({"id_token": self._id_token()} if provider == "google" else {})

    def profile(self, provider: str, authorization: str) -> tuple[int, dict[str, Any]]:
        """Who the token is of, in the provider's own words."""
        token = authorization.removeprefix("Bearer ")
        if self.tokens.get(token) != provider:
            return 401, {"error": "invalid_token"}
        if provider == "naver":
            person = {"id": self.uid} | ({"email": self.email} if self.email else {})
            return 200, {"resultcode": "00", "message": "success", "response": person}
        account: dict[str, Any] = {"has_email": self.email is not None}
        if self.email:
            account |= {
                "email": self.email,
                "is_email_valid": self.is_proven,
                "is_email_verified": True,
            }
        return 200, {"id": int(self.uid), "kakao_account": account}

    def _id_token(self) -> str:
        claims = {
            "iss": GOOGLE,
            "aud": CLIENT,
            "sub": self.uid,
            "exp": int(time.time()) + 300,
            "email": self.email,
            "email_verified": self.is_proven,
        }
        return jwt.encode(claims, "x" * 32, algorithm="HS256")


def _fits(challenge: str | None, verifier: str | None) -> bool:
    if challenge is None:
        return verifier is None
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


@contextmanager
def serving() -> Iterator[FakeProvider]:
    """The fake at ``url/<provider>/{authorize,token,profile}`` until the block ends."""
    fake = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            fake.calls.append(parts.path)
            _, provider, verb = parts.path.split("/")
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length).decode() if self.command == "POST" else parts.query
            said = {name: values[0] for name, values in parse_qs(text).items()}
            if verb == "authorize":
                self.send_response(302)
                self.send_header("Location", fake.authorize(provider, said))
                self.end_headers()
                return
            if verb == "token":
                status, body = fake.token(provider, said)
            else:
                status, body = fake.profile(provider, self.headers.get("Authorization", ""))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # their names are http.server's

        def log_message(self, format: str, *args: Any) -> None:
            """Tests read their own logs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
