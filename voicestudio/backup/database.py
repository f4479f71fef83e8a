"""PostgreSQL's own programs: pg_dump and pg_restore, of the server's version or newer."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from voicestudio.pg_programs import embedded_folder


class DatabaseError(Exception):
    """pg_dump or pg_restore failed; the message is theirs."""


def dump(path: Path) -> None:
    """The whole database in the custom format, as of one moment."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(path))


def load(path: Path) -> None:
    """Fill an empty database from a dump, all or nothing."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    _run(
        "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
        "--dbname", name, str(path),
    )  # fmt: skip


def tables() -> list[str]:
    """The tables that there are; none in an empty database."""
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def clear() -> None:
    """Drop everything."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("ALTER SCHEMA public OWNER TO pg_database_owner")  # as a new database has it


def _program(name: str) -> str:
    """Out of the folder PG_BIN, else the embedded server's, else from the PATH.

    A system's own are often older than the server, and then refuse it.
    """
    if folder := os.environ.get("PG_BIN"):
        return str(Path(folder) / name)
    if (embedded := embedded_folder()) is not None:
        return str(embedded / name)
    found = shutil.which(name)
    if found is None:
        raise DatabaseError(f"{name} is missing: install it or set PG_BIN")
    return found


def _run(name: str, *arguments: str) -> None:
    settings: dict[str, Any] = connection.settings_dict
    environment = os.environ | {
        "PGHOST": str(settings["HOST"]),
        "PGPORT": str(settings["PORT"]),
        "PGUSER": str(settings["USER"]),
        "PGPASSWORD": str(settings["PASSWORD"]),
        "PGDATABASE": str(settings["NAME"]),
    }
    if mode := settings.get("OPTIONS", {}).get("sslmode"):
        environment["PGSSLMODE"] = mode
    done = subprocess.run(
        [_program(name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DatabaseError(f"{name}: {done.stderr.strip()[-2000:]}")
