"""Command-line flags made of the contract's knobs, so that no limit is written twice."""

import argparse
from collections.abc import Collection
from enum import Enum
from typing import Any, TypeVar

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Params = TypeVar("Params", bound=BaseModel)


def add_flags(
    parser: argparse.ArgumentParser, model: type[BaseModel], only: Collection[str] | None = None
) -> None:
    """One ``--flag`` a field of ``model``; unset flags leave no trace in the namespace."""
    group = parser.add_argument_group("knobs")
    for name, field in model.model_fields.items():
        if only is None or name in only:
            group.add_argument(
                _flag(name),
                dest=name,
                metavar="{" + ",".join(_choices(field)) + "}" if _choices(field) else "N",
                default=argparse.SUPPRESS,
                help=_help(field),
            )


def params_from(
    parser: argparse.ArgumentParser,
    arguments: argparse.Namespace,
    model: type[Params],
    **more: object,
) -> Params:
    """The knobs that were given (and ``more``) over the defaults; a bad value ends the program."""
    given = {name: getattr(arguments, name, None) for name in model.model_fields} | more
    values = {name: _plain(value) for name, value in given.items() if value is not None}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        parser.error(f"{_flag(str(first['loc'][0]))}: {first['msg']}")


def _plain(value: object) -> object:
    """Flags are text; pydantic reads numbers out of it, but not members of an IntEnum."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _choices(field: FieldInfo) -> list[str]:
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return []


def _help(field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra or {}
    low = [limit.ge for limit in field.metadata if isinstance(limit, Ge)]
    high = [limit.le for limit in field.metadata if isinstance(limit, Le)]
    limits = f"{low[0]} .. {high[0]}, " if low and high else ""
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return f"{extra.get('ko', '')} / {extra.get('en', '')} ({limits}default {default})"
