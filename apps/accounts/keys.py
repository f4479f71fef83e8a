"""Verbs of API keys."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from apps.common.errors import ApiError

from .models import ApiKey, Membership, User, Workspace

MARK: Final = "avs_"
MAX_KEYS: Final = 50
_USE_STEP: Final = timedelta(minutes=1)


def digest_of(key: str) -> str:
    """How a key is stored. It holds 256 random bits, so that a fast hash gives nothing away."""
    return hashlib.sha256(key.encode()).hexdigest()


def create(
    workspace: Workspace,
    user: User,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its text, which nobody can be told again. ApiError where there are enough."""
    usable = ApiKey.objects.for_workspace(workspace).filter(_usable())
    if usable.count() >= MAX_KEYS:
        raise ApiError(
            "too-many-keys",
            f"API 키는 {MAX_KEYS}개까지 만들 수 있습니다. 쓰지 않는 키를 먼저 폐기해 주세요.",
            f"A workspace has at most {MAX_KEYS} API keys. Revoke one that is not used.",
        )
    prefix = f"{MARK}{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        workspace=workspace,
        user=user,
        name=name,
        prefix=prefix,
        digest=digest_of(text),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return key, text


def revoke(key: ApiKey) -> None:
    """From now on the key opens nothing. Safe to repeat."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(
        revoked_at=timezone.now(), updated_at=timezone.now()
    )


def find(text: str) -> ApiKey | None:
    """The key of this text, where it still opens its workspace to its maker."""
    found = ApiKey.objects.filter(_usable(), digest=digest_of(text), user__is_active=True)
    key = found.select_related("user", "workspace").first()
    if key is None:
        return None
    is_member = Membership.objects.filter(user_id=key.user_id, workspace_id=key.workspace_id)
    return key if is_member.exists() else None


def note_use(key: ApiKey) -> None:
    """Remember when the key was last used, at most once a minute."""
    now = timezone.now()
    if key.last_used_at is not None and now - key.last_used_at < _USE_STEP:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_STEP)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _usable() -> Q:
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
