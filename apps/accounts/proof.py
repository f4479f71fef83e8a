"""Whether a person proved lately who they are: by a password, a second factor, a provider."""

import time
from typing import Final

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

LATELY_S: Final = 300


def is_fresh(request: HttpRequest) -> bool:
    """Of a session; programs with a key prove nothing."""
    since = time.time() - LATELY_S
    records = get_authentication_records(request, request.user)
    return any(record.get("at", 0) >= since for record in records)
