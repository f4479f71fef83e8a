"""Who may do what: the one table that every view below ``/api/v1`` is held to.

An operation that the table does not name is closed. docs/roles.md shows the table, and
tests/apps/test_roles.py tries every operation as everybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request

from apps.common.errors import ApiError
from apps.common.sentences import Sentence

from .models import ApiKey, Membership, Role


class Who(StrEnum):
    """The least that somebody has to be."""

    ANYBODY = "anybody"
    PERSON = "person"
    """Signed in, and only about themself."""
    MEMBER = "member"
    OWNER = "owner"


class Keys(StrEnum):
    """Whether an API key may do it, beside its maker."""

    NEVER = "never"
    SCOPED = "scoped"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Right:
    """Something that can be done, by whom, and by which operations (``METHOD /path``)."""

    what: Sentence
    who: Who
    keys: Keys
    operations: tuple[str, ...]


def _right(ko: str, en: str, who: Who, keys: Keys, *operations: str) -> Right:
    return Right(Sentence(ko, en), who, keys, operations)


TABLE: Final = (
    _right(
        "약관과 서비스 상태 보기, 받은 초대 보기",
        "Read the terms and the service's health; look at an invitation that one was sent",
        Who.ANYBODY,
        Keys.FREE,
        "GET /csrf",
        "GET /health",
        "GET /legal/{document}",
        "POST /invitations/look",
    ),
    _right(
        "자기 계정 보기와 언어 바꾸기",
        "Look at oneself, choose a language",
        Who.PERSON,
        Keys.SCOPED,
        "GET /me",
        "PATCH /me",
        "GET /workspaces",
    ),
    _right(
        "바뀐 약관과 개인정보 처리방침에 동의하기",
        "Accept new versions of the terms and the privacy policy",
        Who.PERSON,
        Keys.NEVER,
        "POST /me/acceptances",
    ),
    _right(
        "초대 받아들이기",
        "Accept an invitation",
        Who.PERSON,
        Keys.NEVER,
        "POST /invitations/accept",
    ),
    _right(
        "동의문 읽기",
        "Read the statement of consent",
        Who.PERSON,
        Keys.FREE,
        "GET /consent-statement",
    ),
    _right(
        "요금제 보기",
        "Look at the plans",
        Who.MEMBER,
        Keys.FREE,
        "GET /plans",
    ),
    _right(
        "파일·데이터셋·목소리·작업 보기와 내려받기",
        "Look at and fetch files, datasets, voices and jobs",
        Who.MEMBER,
        Keys.SCOPED,
        "GET /files",
        "GET /files/summary",
        "GET /files/{file_id}",
        "GET /files/{file_id}/waveform",
        "GET /files/{file_id}/download",
        "GET /datasets",
        "GET /datasets/{dataset_id}",
        "GET /datasets/{dataset_id}/card",
        "GET /voices",
        "GET /voices/{id}",
        "GET /voices/tags",
        "GET /voices/{id}/picture",
        "GET /voices/{id}/demo",
        "GET /voices/{id}/deletion",
        "GET /voices/{id}/export",
        "GET /voices/{id}/checkpoints",
        "GET /conversions",
        "GET /covers",
        "GET /separations",
        "GET /preprocess",
        "GET /analyses",
        "GET /jobs",
        "GET /jobs/{id}",
        "GET /jobs/{id}/events",
        "GET /jobs/{id}/previews",
        "GET /batches",
        "GET /batches/{id}",
        "GET /stats",
        "GET /files/{file_id}/pitch",
        "GET /jobs/labels",
        "GET /presets",
        "GET /presets/builtin",
        "GET /presets/{id}",
        "GET /search",
    ),
    _right(
        "파일과 데이터셋 올리기·고치기·지우기",
        "Upload, change and delete files and datasets",
        Who.MEMBER,
        Keys.SCOPED,
        "POST /samples",
        "POST /uploads",
        "POST /uploads/{file_id}/sign",
        "POST /uploads/{file_id}/finish",
        "DELETE /uploads/{file_id}",
        "PATCH /files/{file_id}",
        "DELETE /files/{file_id}",
        "POST /files/{file_id}/trim",
        "PUT /files/{file_id}/pitch",
        "POST /files/tags",
        "POST /files/trash",
        "DELETE /files/trash",
        "POST /files/restore",
        "POST /datasets",
        "PATCH /datasets/{dataset_id}",
        "DELETE /datasets/{dataset_id}",
    ),
    _right(
        "목소리 만들기·고치기·지우기, 동의 남기기와 거두기",
        "Make, change and delete voices; give and take back consent",
        Who.MEMBER,
        Keys.SCOPED,
        "POST /voices",
        "PATCH /voices/{id}",
        "DELETE /voices/{id}",
        "POST /voices/{id}/consent",
        "DELETE /voices/{id}/consent",
        "POST /voices/{id}/checkpoints/{checkpoint_id}/choose",
        "PUT /voices/{id}/picture",
        "DELETE /voices/{id}/picture",
        "POST /voices/{id}/demo",
        "DELETE /voices/{id}/demo",
        "POST /voices/{id}/import/files",
        "POST /voices/{id}/import",
    ),
    _right(
        "학습·변환·커버·분리·정리·분석 시작하기와 멈추기 (크레딧 사용)",
        "Start and stop trainings, conversions, covers, separations, cleaning, analyses (spends "
        "credits)",
        Who.MEMBER,
        Keys.SCOPED,
        "POST /quotes",
        "POST /conversions/grid",
        "POST /covers/grid",
        "POST /trainings",
        "POST /conversions",
        "POST /covers",
        "POST /separations",
        "POST /preprocess",
        "POST /analyses",
        "POST /voices/{id}/continue",
        "POST /jobs/{id}/cancel",
        "POST /jobs/{id}/retry",
        "POST /jobs/{id}/finish",
        "POST /batches/{id}/cancel",
    ),
    _right(
        "프리셋 만들기와 자기 것 고치기·지우기, 작업에 라벨 달기",
        "Make presets, change and delete one's own; label jobs",
        Who.MEMBER,
        Keys.SCOPED,
        "POST /presets",
        "PATCH /presets/{id}",
        "DELETE /presets/{id}",
        "PATCH /jobs/{id}",
        "POST /jobs/labels",
    ),
    _right(
        "크레딧과 사용량 보기",
        "Look at credits and usage",
        Who.MEMBER,
        Keys.SCOPED,
        "GET /credits",
        "GET /credits/entries",
        "GET /usage",
    ),
    _right(
        "결제하기, 요금제와 결제 수단 바꾸기",
        "Pay, change the plan and the means of payment",
        Who.OWNER,
        Keys.SCOPED,
        "POST /billing/checkout",
        "POST /billing/portal",
    ),
    _right(
        "API 키와 웹훅 보기",
        "Look at API keys and webhooks",
        Who.MEMBER,
        Keys.SCOPED,
        "GET /keys",
        "GET /keys/{id}",
        "GET /webhooks",
        "GET /webhooks/{id}",
        "GET /webhooks/{id}/deliveries",
        "GET /webhooks/{id}/deliveries/{delivery_id}",
    ),
    _right(
        "API 키 만들기와 폐기, 웹훅 만들기·고치기·지우기·다시 보내기",
        "Make and revoke API keys; make, change, delete and replay webhooks",
        Who.OWNER,
        Keys.SCOPED,
        "POST /keys",
        "DELETE /keys/{id}",
        "POST /webhooks",
        "PATCH /webhooks/{id}",
        "DELETE /webhooks/{id}",
        "POST /webhooks/{id}/rotate",
        "POST /webhooks/{id}/test",
        "POST /webhooks/{id}/deliveries/{delivery_id}/replay",
    ),
    _right(
        "워크스페이스와 멤버 보기",
        "Look at the workspace and its members",
        Who.MEMBER,
        Keys.SCOPED,
        "GET /workspaces/{id}",
        "GET /workspaces/{id}/members",
    ),
    _right(
        "워크스페이스에서 나가기 (마지막 소유자는 빼고)",
        "Leave the workspace (except its last owner)",
        Who.MEMBER,
        Keys.NEVER,
        "POST /workspaces/{id}/leave",
    ),
    _right(
        "워크스페이스 이름 바꾸기",
        "Rename the workspace",
        Who.OWNER,
        Keys.SCOPED,
        "PATCH /workspaces/{id}",
    ),
    _right(
        "초대하기와 초대 취소, 멤버의 역할 바꾸기와 내보내기",
        "Invite people and revoke invitations; change members' roles and remove them",
        Who.OWNER,
        Keys.NEVER,
        "GET /workspaces/{id}/invitations",
        "POST /workspaces/{id}/invitations",
        "POST /workspaces/{id}/invitations/{invitation_id}/resend",
        "DELETE /workspaces/{id}/invitations/{invitation_id}",
        "PATCH /workspaces/{id}/members/{user_id}",
        "DELETE /workspaces/{id}/members/{user_id}",
    ),
    _right(
        "워크스페이스의 데이터 내보내기",
        "Export everything that the workspace has",
        Who.OWNER,
        Keys.SCOPED,
        "GET /exports",
        "POST /exports",
        "GET /exports/{id}",
        "GET /exports/{id}/download",
    ),
    _right(
        "목소리나 파일을 기록까지 완전히 지우기, 영수증 보기",
        "Erase a voice or a file with its history; look at receipts",
        Who.OWNER,
        Keys.SCOPED,
        "GET /erasures",
        "POST /erasures",
        "GET /erasures/{id}",
    ),
    _right(
        "자기 계정 지우기와 되돌리기",
        "Erase one's own account, or keep it after all",
        Who.PERSON,
        Keys.NEVER,
        "GET /erasures/account",
        "POST /erasures/account",
        "DELETE /erasures/account",
    ),
    _right(
        "워크스페이스 지우기와 되돌리기",
        "Erase the workspace, or keep it after all",
        Who.OWNER,
        Keys.NEVER,
        "GET /erasures/workspace",
        "POST /erasures/workspace",
        "DELETE /erasures/workspace",
    ),
)
BY_OPERATION: Final[Mapping[str, Right]] = MappingProxyType(
    {operation: right for right in TABLE for operation in right.operations}
)
SESSION_ONLY: Final = ApiError(
    "session-only",
    "API 키로는 할 수 없습니다. 스튜디오에 로그인해서 해 주세요.",
    "An API key can't do this. Sign in to the studio and do it there.",
    403,
)
_ROOT: Final = "api/v1/"
_NAMED_OWNERS: Final = 3
_KEY_CELLS: Final = {Keys.NEVER: "–", Keys.SCOPED: "scope", Keys.FREE: "✓"}


def right_of(request: Request) -> Right | None:
    """What the table says of this request; None for a method that its address does not know."""
    match = request._request.resolver_match
    method = "GET" if request.method == "HEAD" else request.method
    return BY_OPERATION.get(f"{method} {_address(match.route)}") if match else None


def as_markdown() -> str:
    """The table as docs/roles.md shows it."""
    lines = [
        "| 할 수 있는 일 · what | owner | member | API key | stranger |",
        "| --- | :-: | :-: | :-: | :-: |",
    ]
    for right in TABLE:
        is_open = right.who in {Who.ANYBODY, Who.PERSON}
        cells = (
            f"{right.what.ko} · {right.what.en}",
            "✓",
            "–" if right.who is Who.OWNER else "✓",
            _KEY_CELLS[right.keys],
            "✓" if is_open else "–",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def require(request: Request, membership: Membership, *, is_handled: bool) -> None:
    """Raises ApiError 403 where this member may not do it. ``is_handled``: the view knows it."""
    right = right_of(request)
    if right is None:
        if is_handled and request.method != "OPTIONS":
            raise ImproperlyConfigured(f"roles.TABLE does not name {request.method} {request.path}")
        return
    if right.keys is Keys.NEVER and isinstance(request.auth, ApiKey):
        raise SESSION_ONLY
    if right.who is Who.OWNER and membership.role != Role.OWNER:
        raise owner_only(membership)


def owner_only(membership: Membership) -> ApiError:
    """A refusal that says whom to ask."""
    owners = Membership.objects.filter(workspace=membership.workspace_id, role=Role.OWNER)
    found = owners.order_by("created_at", "id").values_list("user__email", flat=True)
    names = ", ".join(found[:_NAMED_OWNERS])
    return ApiError(
        "owner-only",
        f"워크스페이스의 소유자만 할 수 있습니다. 소유자에게 부탁해 주세요: {names}",
        f"Only the workspace's owner may do this. Ask an owner: {names}",
        403,
    )


@cache
def _address(route: str) -> str:
    """``api/v1/files/<uuid:file_id>`` as the schema writes it: ``/files/{file_id}``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", "/" + route.removeprefix(_ROOT))
