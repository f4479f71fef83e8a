"""What is in an export: every table that belongs to the workspace, and every sound and voice."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from apps.accounts.models import Acceptance, Membership, User
from apps.common.models import KeptAnswer, OutboxEvent
from apps.jobs.models import Turn
from apps.library.models import AudioFile, FileState, Origin
from apps.voices.models import Voice, VoiceState

from . import graph
from .models import Export
from .packing import Member

_NAMES: Final = {
    "accounts.membership": "members",
    "accounts.apikey": "api-keys",
    "hooks.endpoint": "webhooks",
    "hooks.delivery": "webhook-deliveries",
    "billing.balance": "balance",
    "billing.subscription": "subscription",
    "billing.entry": "credit-ledger",
    "billing.purchase": "purchases",
    "billing.refund": "refunds",
    "library.audiofile": "files",
    "library.dataset": "datasets",
    "library.datasetitem": "dataset-files",
    "library.reportcard": "report-cards",
    "voices.voice": "voices",
    "voices.voicecheckpoint": "voice-checkpoints",
    "voices.consent": "consents",
    "jobs.job": "jobs",
    "jobs.voiceuse": "job-voices",
    "jobs.attempt": "job-attempts",
    "jobs.jobevent": "job-events",
}
"""A table that is not here is exported under its own name."""
_OURS: Final[tuple[type[Model], ...]] = (KeptAnswer, OutboxEvent, Turn, Export)
"""Copies for a day, and how we keep order: nothing of the customer's."""
_SECRET: Final = re.compile(r"sealed|digest|secret|password|operator|run$|remote_id|endpoint$")
_AT_ONCE: Final = 500

_README: Final = """AI Voice Studio

이 압축 파일에는 이 워크스페이스의 모든 데이터가 들어 있습니다.
This archive holds all data of the workspace.

data/     표마다 JSON 파일 하나 · one JSON file a table
uploads/  올린 파일 · what was uploaded
results/  작업 결과 · what jobs made
trash/    휴지통에 있는 파일 · what lies in the trash
voices/   학습한 목소리 · trained voices (.pth, .index)
"""


def documents(export: Export) -> Iterator[Member]:
    """The texts of the archive; they are read from the database while they are written."""
    yield Member("README.txt", text=[_README])
    yield Member("data/account.json", text=[_json(_account(export))])
    tables = {**graph.owned(), **dict.fromkeys(graph.KEPT, "workspace")}
    for table, path in tables.items():
        if table not in _OURS:
            label = table._meta.label_lower
            name = _NAMES.get(label, label)
            yield Member(f"data/{name}.json", text=_rows(table, path, export))


def _rows(table: type[Model], path: str, export: Export) -> Iterator[str]:
    """A JSON list, a row at a time; secrets of ours and others' names are left out."""
    shown = [f.attname for f in table._meta.concrete_fields if not _SECRET.search(f.attname)]
    rows = table._base_manager.filter(**{path: export.workspace_id}).order_by("pk").values(*shown)
    begin = "["
    for row in rows.iterator(chunk_size=_AT_ONCE):
        yield begin + "\n" + _json(row)
        begin = ","
    yield "[]\n" if begin == "[" else "\n]\n"


def _account(export: Export) -> dict[str, Any]:
    """The person who asked."""
    user = User.objects.filter(pk=export.user_id).first()
    if user is None:
        return {}
    mine = Membership.objects.filter(user=user)
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "joined_at": user.date_joined,
        "last_sign_in_at": user.last_login,
        "addresses": _values(EmailAddress, user, "email", "verified", "primary"),
        "accepted": _values(Acceptance, user, "document", "version", "accepted_at"),
        "second_factors": _values(Authenticator, user, "type", "created_at", "last_used_at"),
        "sessions": _values(UserSession, user, "created_at", "ip", "user_agent", "last_seen_at"),
        "workspaces": list(mine.values("workspace_id", "workspace__name", "role", "created_at")),
    }


def _values(table: Any, user: User, *names: str) -> list[dict[str, Any]]:
    return list(table.objects.filter(user=user).order_by("pk").values(*names))


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def objects(export: Export) -> list[tuple[str, str, int]]:
    """``(name in the archive, key, bytes)`` of every sound and voice that there is now."""
    files = AudioFile.objects.for_workspace(export.workspace_id)
    stored = files.filter(state__in=(FileState.READY, FileState.PROBING, FileState.TRASHED))
    wanted = [
        (f"{_folder(file)}/{_safe(file.name)}", file.key, file.size)
        for file in stored.only("state", "origin", "name", "key", "size").order_by(
            "created_at", "id"
        )
    ]
    voices = Voice.objects.for_workspace(export.workspace_id).exclude(state=VoiceState.DELETED)
    for voice in voices.order_by("created_at", "id"):
        wanted += _of_voice(voice)
    return list(_apart(wanted))


def _folder(file: AudioFile) -> str:
    if file.state == FileState.TRASHED:
        return "trash"
    return "uploads" if file.origin == Origin.UPLOAD else "results"


def _of_voice(voice: Voice) -> Iterator[tuple[str, str, int]]:
    folder = f"voices/{_safe(voice.name)}"
    if voice.model_key:
        yield f"{folder}/{_safe(voice.name)}.pth", voice.model_key, voice.model_size
    if voice.index_key:
        yield f"{folder}/{_safe(voice.name)}.index", voice.index_key, voice.index_size
    for kept in voice.checkpoints.exclude(model_key=voice.model_key).order_by("step"):
        yield f"{folder}/step-{kept.step}.pth", kept.model_key, kept.model_size


def _safe(name: str) -> str:
    """As part of a path on any machine."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", name).strip(". ")[:120] or "_"


def _apart(wanted: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
    """No two of one name: "song.wav", "song (2).wav"."""
    seen: dict[str, int] = {}
    for name, key, size in wanted:
        count = seen[name.lower()] = seen.get(name.lower(), 0) + 1
        if count > 1:
            stem, dot, end = name.rpartition(".")
            name = f"{stem} ({count}).{end}" if dot and "/" not in end else f"{name} ({count})"
        yield name, key, size
