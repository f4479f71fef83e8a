"""Secrets of others that we have to keep and use: sealed in the database by SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    """The text, encrypted and signed (Fernet: AES-128-CBC, HMAC-SHA256)."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The text again; None where it was sealed with another SECRET_KEY, or is garbage."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box() -> MultiFernet:
    """Seals with SECRET_KEY, opens with the fallbacks too."""
    return MultiFernet(
        [Fernet(_key(str(each))) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"voicestudio.sealed").derive(
        secret.encode()
    )
    return base64.urlsafe_b64encode(derived)
