"""Second factors of a person, as the operator sees them and takes lost ones away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from apps.common.errors import ApiError
from apps.common.locks import in_turn
from apps.common.sentences import Sentence

from .models import Language, User

_CODES: Final = Authenticator.Type.RECOVERY_CODES
NAMES: Final = {
    Authenticator.Type.TOTP.value: "인증 앱 (authenticator app)",
    Authenticator.Type.WEBAUTHN.value: "패스키 (passkeys)",
    _CODES.value: "복구 코드 (recovery codes)",
}
_SUBJECT: Final = Sentence(
    "[AI Voice Studio] 2단계 인증을 해제했습니다",
    "[AI Voice Studio] Your second factor was taken away",
)
_TEXT: Final = Sentence(
    "운영자가 이 계정의 2단계 인증 수단을 해제했습니다: {names}\n\n{page} 에서 새로 등록해 주세요. "
    "요청한 적이 없다면 바로 비밀번호를 바꾸고 고객센터에 알려 주세요.\n",
    "The operator has taken away a second factor of this account: {names}\n\nEnrol a new one at "
    "{page}. If you did not ask for this, change your password at once and tell support.\n",
)


@dataclass(frozen=True)
class Factor:
    """One way to prove who one is beside the password."""

    kind: str
    name: str
    since: datetime
    used: datetime | None


def of(user: User) -> list[Factor]:
    """What the person has enrolled, the oldest first."""
    rows = Authenticator.objects.filter(user=user).order_by("created_at", "id")
    return [Factor(NAMES[row.type], _name(row), row.created_at, row.last_used_at) for row in rows]


def names_of(user: User) -> list[str]:
    """Words for the change log."""
    return [f"{each.kind} {each.name}".strip() for each in of(user)]


def has_any(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def _name(row: Authenticator) -> str:
    """A passkey's own name, of recovery codes how many are left."""
    if row.type == Authenticator.Type.WEBAUTHN:
        return str(row.wrap().name)
    return f"{len(row.wrap().get_unused_codes())}개 남음" if row.type == _CODES else ""


@transaction.atomic
def take_away(user: User, kind: str = "") -> None:
    """Delete a person's factors of a kind, or all, and mail the person on commit.

    Recovery codes alone are no factor and go with the last one. ApiError where there is none, and
    where no operator would be left who can open the panel.
    """
    in_turn("accounts/factors")
    mine = Authenticator.objects.filter(user=user)
    gone = list(mine.filter(type=kind) if kind else mine)
    if not gone:
        raise ApiError("no-factor", "그런 인증 수단이 없습니다.", "There is no such factor.")
    ids = [row.pk for row in gone]
    left = mine.exclude(pk__in=ids).exclude(type=_CODES)
    if user.is_staff and not left.exists() and not _others(user):
        raise ApiError(
            "last-operator",
            "한 명뿐인 운영자의 하나뿐인 인증 수단이라 없앨 수 없습니다. "
            "먼저 다른 수단을 등록해 주세요.",
            "This is the last factor of the last operator. Enrol another one first.",
        )
    kinds = sorted({row.type for row in gone})
    (mine.filter(pk__in=ids) if left.exists() else mine).delete()
    transaction.on_commit(partial(_tell, user, kinds), robust=True)


def _operators() -> Any:
    """The factors of those who can open the panel and its every page."""
    proven = Authenticator.objects.exclude(type=_CODES)
    return proven.filter(user__is_staff=True, user__is_superuser=True, user__is_active=True)


def _others(user: User) -> bool:
    return bool(_operators().exclude(user=user).exists())


def is_last_operator(user: User) -> bool:
    """Whether nobody could open the panel without this person.

    Within a transaction, which no other change of operators overtakes.
    """
    in_turn("accounts/factors")
    return bool(_operators().filter(user=user).exists()) and not _others(user)


def _tell(user: User, kinds: Sequence[str]) -> None:
    def said(sentence: Sentence) -> str:
        return sentence.en if user.language == Language.EN else sentence.ko

    names = ", ".join(NAMES[kind] for kind in kinds)
    text = said(_TEXT).format(names=names, page=f"{settings.PUBLIC_URL}/account")
    send_mail(said(_SUBJECT), text, None, [user.email])
