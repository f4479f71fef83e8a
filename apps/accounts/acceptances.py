"""Which documents a person has accepted, by version; a new version is asked for once."""

from collections.abc import Mapping
from typing import Final

from apps.common.errors import ApiError

from . import legal
from .models import Acceptance, User

OUTDATED: Final = ApiError(
    "outdated-document",
    "그 사이 문서가 바뀌었습니다. 새로고침해서 지금 것을 읽고 동의해 주세요.",
    "The document has changed meanwhile. Reload, read the one in force and accept that.",
)


def missing(user: User) -> list[dict[str, str]]:
    """The documents in force that the person has not accepted, with their versions."""
    known = set(Acceptance.objects.filter(user=user).values_list("document", "version"))
    return [
        {"document": str(document), "version": text.version}
        for document, text in legal.IN_FORCE.items()
        if (str(document), text.version) not in known
    ]


def accept(user: User, versions: Mapping[str, str]) -> None:
    """Keep that the person accepts these now; the first time of each stays.

    Raises ApiError where one is not the version in force.
    """
    for document, version in versions.items():
        if version != legal.IN_FORCE[legal.Document(document)].version:
            raise OUTDATED
    Acceptance.objects.bulk_create(
        [Acceptance(user=user, document=each, version=versions[each]) for each in versions],
        ignore_conflicts=True,
    )


def accept_all(user: User) -> None:
    """Of people whom the studio itself makes (demo)."""
    accept(user, {str(document): text.version for document, text in legal.IN_FORCE.items()})
