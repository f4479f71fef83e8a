"""Settings under a name: those that come with the studio, and a workspace's own.

A preset is for any song, so a key change has no place in those that come with the studio.
"""

import uuid
from dataclasses import dataclass
from typing import Any, Final

import pydantic
from django.db.models import Q, QuerySet

from apps.accounts.models import Role, User, Workspace
from apps.common.errors import NOT_FOUND, ApiError, invalid_params
from apps.common.sentences import Sentence
from gpu_worker.contract.params import ConvertParams, CoverParams, JobKind

from .models import SUNG_KINDS, SoundPreset

MOST: Final = 200
PARAMS: Final[dict[str, type[ConvertParams]]] = {
    JobKind.CONVERT: ConvertParams,
    JobKind.COVER: CoverParams,
}


@dataclass(frozen=True, slots=True)
class Builtin:
    """A preset that comes with the studio, for conversions and covers alike."""

    id: str
    name: Sentence
    text: Sentence
    settings: dict[str, Any]
    kinds: tuple[JobKind, ...] = SUNG_KINDS


BUILTINS: Final = (
    Builtin(
        "natural",
        Sentence("자연스럽게", "Natural"),
        Sentence(
            "닮음과 발음이 고르게 좋은 기본 설정입니다.",
            "The default: likeness and clear words in balance.",
        ),
        {},
    ),
    Builtin(
        "closer",
        Sentence("더 닮게", "Closer likeness"),
        Sentence(
            "음색과 음량 곡선을 목소리 주인에게 더 맞춥니다. 발음이 조금 무뎌질 수 있습니다.",
            "Timbre and dynamics follow the voice more. Words may blur a little.",
        ),
        {"index_rate": 0.95, "protect": 0.2, "loudness_mix": 0.5},
    ),
    Builtin(
        "gentle",
        Sentence("부드럽게", "Gentle"),
        Sentence(
            "원곡의 발음과 셈여림을 살리고 숨소리를 줄입니다. 조용한 노래에 어울립니다.",
            "Keeps the song's words and dynamics and softens breaths. Suits quiet songs.",
        ),
        {"index_rate": 0.5, "protect": 0.45, "loudness_mix": 0.0, "breath": 0.6},
    ),
)


def visible(workspace: Workspace, user: User) -> QuerySet[SoundPreset]:
    """The workspace's presets that this person sees: shared ones and their own."""
    presets = SoundPreset.objects.for_workspace(workspace)
    return presets.filter(Q(shared=True) | Q(maker=user)).select_related("maker")


def of_person(workspace: Workspace, user: User, preset_id: uuid.UUID) -> SoundPreset:
    """A preset that this person sees; others do not exist for them."""
    preset = visible(workspace, user).filter(id=preset_id).first()
    if preset is None:
        raise NOT_FOUND
    return preset


def make(
    workspace: Workspace,
    user: User,
    *,
    name: str,
    kind: str,
    settings: dict[str, Any],
    shared: bool,
) -> SoundPreset:
    """Keep settings under a name. Raises ApiError."""
    checked = _checked(kind, settings)
    if SoundPreset.objects.for_workspace(workspace).count() >= MOST:
        raise ApiError(
            "too-many-presets",
            f"프리셋은 {MOST}개까지 만들 수 있습니다. 쓰지 않는 것을 먼저 지워 주세요.",
            f"A workspace has at most {MOST} presets. Delete one that is not used.",
        )
    return SoundPreset.objects.create(
        workspace=workspace, maker=user, name=name, kind=kind, settings=checked, shared=shared
    )


def change(preset: SoundPreset, changes: dict[str, Any]) -> None:
    """Rename it, share it, or give it other settings. Raises ApiError."""
    if "settings" in changes:
        changes = changes | {"settings": _checked(preset.kind, changes["settings"])}
    for name, value in changes.items():
        setattr(preset, name, value)
    preset.save(update_fields=[*changes, "updated_at"])


def require_maker(preset: SoundPreset, user: User, role: str) -> None:
    """Others use a shared preset; only its maker or an owner changes it. Raises ApiError."""
    if preset.maker_id != user.pk and role != Role.OWNER:
        raise ApiError(
            "preset-of-another",
            "다른 사람이 만든 프리셋입니다. 새 이름으로 저장해서 바꿔 주세요.",
            "Somebody else made this preset. Save it under a new name to change it.",
            403,
        )


def _checked(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as the contract reads them, without what was not set. Raises ApiError."""
    try:
        params = PARAMS[kind].model_validate(settings)
    except pydantic.ValidationError as error:
        raise invalid_params(error, "settings") from error
    return params.model_dump(mode="json", exclude_unset=True)
