"""Fixtures that several packages of tests share; tests/stack.py starts the services."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.live import MIGRATED_DATABASE, LiveStack, copy_database, start_live
from voicestudio.embedded.stack import Service
from voicestudio.embedded.supervisor import Supervisor


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, services: Supervisor
) -> None:
    """The migrated database is kept as it is now: studios that start later copy it.

    Migrations take 11 s of a CPU, a copy a tenth of one. Tests that commit have their tables
    emptied afterwards, which the ledger refuses else.
    """
    from django.db import connection

    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
        if Service.POSTGRES in services.stack.services:
            connection.close()
            copy_database(services, name, MIGRATED_DATABASE)
        with connection.cursor() as cursor:
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"ALTER DATABASE {quoted} SET studio.emptying = 'on'")
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
