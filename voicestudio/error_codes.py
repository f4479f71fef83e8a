"""Every code that an error can have, read from where the codes stand: the page that errors link to.

Most stand where they are raised, ``ApiError("code", "한국어", "English", status)``; jobs and files
keep theirs in tables.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from apps.common import errors
from apps.common.field_errors import BY_FIELD_CODE
from apps.jobs.problems import TEXTS

_APPS: Final = Path(__file__).parent.parent / "apps"
_STATUS: Final = 409
"""Of an ApiError that names none."""
_RAISED: Final = {"ApiError": _STATUS, "Reason": None}
"""What makes a problem with a code, and the HTTP status where it names none."""


@dataclass(frozen=True, order=True)
class Problem:
    """A code with one of its sentences; ``status`` is None for a job or a file that failed."""

    code: str
    status: int | None
    ko: str
    en: str


@cache
def problems() -> tuple[Problem, ...]:
    """All of them, by code; a code may have several sentences."""
    found = {*_of_jobs(), *_of_requests()}
    for path in sorted(_APPS.rglob("*.py")):
        found |= set(raised_in(ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(sorted(found, key=lambda one: (one.code, one.status or 0, one.en)))


def _of_jobs() -> Iterator[Problem]:
    for code, text in TEXTS.items():
        yield Problem(str(code), None, text.ko, text.en)


def _of_requests() -> Iterator[Problem]:
    for status, (code, text) in errors.BY_STATUS.items():
        yield Problem(code, status, text.ko, text.en)
    for code, text in BY_FIELD_CODE.items():
        yield Problem(code, 400, text.ko, text.en)


def raised_in(tree: ast.AST) -> Iterator[Problem]:
    """The problems that a module's source names in words; those it takes from tables are left."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in _RAISED and len(node.args) >= 3:
            code, ko, en = (_text(part) for part in node.args[:3])
            if code and not (ko and en) and (known := TEXTS.get(f"user:{code}")):
                ko, en = known.ko, known.en  # a refusal in the words of the job's own failure
            if code and ko and en:
                yield Problem(code, _status(node), ko, en)


def _status(call: ast.Call) -> int | None:
    assert isinstance(call.func, ast.Name)
    given = [*call.args[3:4], *(word.value for word in call.keywords if word.arg == "status")]
    if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, int):
        return given[0].value
    return _RAISED[call.func.id]


def _text(node: ast.expr) -> str:
    """A literal; what an f-string fills in reads as ``…``; "" for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    return ""
