"""Command-line flags made of the contract's knobs, so that no limit is written twice."""

import argparse
from collections.abc import Collection
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin

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
                metavar=_metavar(field),
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
    values = {
        name: _plain(value, _is_list(model.model_fields[name]))
        if name in model.model_fields
        else value
        for name, value in given.items()
        if value is not None
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        at = f"{_flag(str(first['loc'][0]))}: " if first["loc"] else ""
        parser.error(f"{at}{first['msg']}")


def _plain(value: object, is_list: bool) -> object:
    """Flags are text; pydantic reads numbers out of it, but not members of an IntEnum."""
    if isinstance(value, str) and is_list:
        return tuple(value.split(","))
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _metavar(field: FieldInfo) -> str:
    if field.annotation is bool:
        return "{true,false}"
    choices = ",".join(_choices(field))
    if _is_list(field):
        return f"{choices} (several, with commas)"
    return "{" + choices + "}" if choices else "N"


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _choices(field: FieldInfo) -> list[str]:
    kind = get_args(field.annotation)[0] if _is_list(field) else field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return []


def _help(field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra or {}
    low = [limit.ge for limit in field.metadata if isinstance(limit, Ge)]
    high = [limit.le for limit in field.metadata if isinstance(limit, Le)]
    limits = f"{low[0]} .. {high[0]}, " if low and high else ""
    default = (
        ",".join(_shown(each) for each in field.default)
        if _is_list(field)
        else _shown(field.default)
    )
    unit = f" {extra['unit']}" if extra.get("unit") else ""
    return f"{extra.get('ko', '')} / {extra.get('en', '')} ({limits}default {default}{unit})"


def _shown(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)
