"""Who changed what in the operator's rooms: one final row a change, with before and after."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Cast
from django.forms.models import model_to_dict
from django.http import HttpRequest

from .models import Change

Snapshot = dict[str, Any]
HIDDEN: Final = "•••"
ERASE: Final = "erase"
"""The verb whose reason stays: it says why something is no longer there."""
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


@contextmanager
def erasing() -> Iterator[None]:
    """Within a transaction: final rows may have the words taken out that name somebody.

    Triggers look at it; what, when and by whom stays final.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL studio.erasing = 'on'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL studio.erasing = 'off'")


def forget_rows(model: type[models.Model], ids: Iterable[object]) -> None:
    """What the logs say of rows that are being erased: that something was done, nothing else."""
    named = [str(each) for each in ids]
    about = Change.objects.filter(what=model._meta.label_lower, row__in=named)
    _forget(about.exclude(name="", reason="", before={}, after={}))
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id__in=named).delete()


def forget_person(email: str) -> None:
    """Every line of the log that names this address."""
    words = Q(name__icontains=email) | Q(reason__icontains=email) | Q(who__iexact=email)
    found = Change.objects.annotate(
        old=Cast("before", models.TextField()), new=Cast("after", models.TextField())
    ).filter(words | Q(old__icontains=email) | Q(new__icontains=email))
    _forget(Change.objects.filter(pk__in=list(found.values_list("pk", flat=True))))
    with transaction.atomic(), erasing():
        Change.objects.filter(who__iexact=email).update(who="")
        Change.objects.filter(reason__icontains=email).update(reason="")


def _forget(found: models.QuerySet[Change]) -> None:
    with transaction.atomic(), erasing():
        found.exclude(verb=ERASE).update(name="", reason="", before={}, after={})
        found.filter(verb=ERASE).update(name="", before={}, after={})


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
