"""Who changed what in the operator's rooms: one final row a change, with before and after."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.forms.models import model_to_dict
from django.http import HttpRequest

from .models import Change

Snapshot = dict[str, Any]
HIDDEN: Final = "•••"
_SECRET: Final = ("password", "sealed", "secret", "token", "digest")


def snapshot(row: models.Model) -> Snapshot:
    """The stored values of a row by field, as JSON can hold them; relations as their ids."""
    stored = type(row)._base_manager.filter(pk=row.pk).first()
    if stored is None:
        return {}
    values = {field.name: getattr(stored, field.attname) for field in stored._meta.concrete_fields}
    many = [field.name for field in stored._meta.many_to_many if field.editable]
    for name, found in model_to_dict(stored, fields=many).items():
        values[name] = sorted(str(each.pk) for each in found)
    return {name: _plain(value) for name, value in values.items()}


def record(
    request: HttpRequest,
    verb: str,
    row: models.Model,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> None:
    """Write down what differs. A change that changed nothing leaves no row; a reason always does.

    Secrets leave only that they were changed.
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names and not reason:
        return
    Change.objects.create(
        who=str(request.user),
        who_id=request.user.pk,
        verb=verb,
        what=row._meta.label_lower,
        row=str(row.pk),
        name=str(row)[:200],
        reason=reason[:500],
        before=_shown(before, names),
        after=_shown(after, names),
    )


def _shown(values: Mapping[str, Any], names: list[str]) -> Snapshot:
    return {
        name: HIDDEN if any(word in name for word in _SECRET) and values[name] else values[name]
        for name in names
        if name in values
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)
