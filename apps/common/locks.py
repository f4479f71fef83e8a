"""One at a time, over all processes: what a timer starts need not run twice at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is at ``name`` now; then nobody is until the block ends.

    A session lock of PostgreSQL: it goes with the connection, so that a process that dies leaves
    none behind. It needs a connection of its own, not one that a pool shares by transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"alone/{name}"])
        [mine] = cursor.fetchone() or (False,)
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"alone/{name}"]
                )


def in_turn(name: str) -> None:
    """Within a transaction: wait for whoever is at ``name``; nobody else is until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
