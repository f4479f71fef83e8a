"""Fixtures that several packages of tests share; tests/stack.py starts the services."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import LiveStack, start_live
from voicestudio.embedded.supervisor import Supervisor


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit have their tables emptied, which the ledger refuses else."""
    from django.db import connection  # the worker's tests run without

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        cursor.execute(f"ALTER DATABASE {name} SET studio.emptying = 'on'")
        cursor.execute("SET studio.emptying = 'on'")


@pytest.fixture(scope="session")
def live_stack(
    services: Supervisor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveStack]:
    """One running studio with the demo customer for the whole run.

    Its database, queue and bucket are apart from those of pytest-django, and it needs no
    ``django_db`` mark: speak to it over HTTP.
    """
    stack = start_live(services, tmp_path_factory.mktemp("live") / "var", demo=True)
    yield stack
    stack.stop()
