"""Which tables hold what belongs to a workspace, read from the models: a new one is in it too."""

from functools import cache
from graphlib import TopologicalSorter
from typing import Any, Final

from django.apps import apps
from django.db.models import ForeignKey, Model

from apps.accounts.models import Workspace
from apps.billing.models import Entry, Purchase, Refund

Table = type[Model]
KEPT: Final[tuple[Table, ...]] = (Entry, Purchase, Refund)
"""Records of money: the law wants them for five years (decision "what is kept"); then they go
(``records.end``)."""


@cache
def owned() -> dict[Table, str]:
    """Tables from which a chain of foreign keys leads to a workspace, with the look-up to it.

    In the order in which they can be emptied: nothing points at a table before it.
    """
    paths: dict[Table, str] = {Workspace: ""}
    waiting: list[Table] = [Workspace]
    while waiting:
        target = waiting.pop(0)
        for table in apps.get_models(include_auto_created=True):
            if table in paths or table in KEPT or table._meta.proxy:
                continue
            for key in _keys(table):
                if key.related_model is target:
                    rest = paths[target]
                    paths[table] = f"{key.name}__{rest}" if rest else key.name
                    waiting.append(table)
                    break
    del paths[Workspace]
    pointing = {
        table: {other for other in paths if other is not table and _points(other, table)}
        for table in paths
    }
    return {table: paths[table] for table in TopologicalSorter(pointing).static_order()}


def _keys(table: Table) -> list["ForeignKey[Any, Any]"]:
    return [field for field in table._meta.concrete_fields if isinstance(field, ForeignKey)]


def _points(table: Table, at: Table) -> bool:
    return any(key.related_model is at for key in _keys(table))
