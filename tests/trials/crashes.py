"""A process that dies between two statements: its connection is gone, as for PostgreSQL."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, connection


class Crash(Exception):
    """The process has died here."""


def dies(number: int, work: Callable[[], object]) -> bool:
    """Do ``work``, but die instead of its ``number``th statement, counted from 1.

    Whether it had so many. What had not been committed the server rolls back.
    """
    statements = itertools.count(1)
    died = False

    def step(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal died
        if next(statements) == number:
            died = True
            connection.connection.pgconn.finish()
            raise Crash
        return execute(sql, params, many, context)

    # what follows the crash finds no connection; callbacks after the commit swallow it
    with suppress(Crash, DatabaseError), connection.execute_wrapper(step):
        work()
    if died:
        connection.close()
    return died


def at_each_statement(
    begin: Callable[[], Callable[[], object]], check: Callable[[], None], every: int = 1
) -> int:
    """Die at each (or ``every`` so many) statement of fresh work, then do it again to its end.

    ``check`` is called after each death and after each end. How many statements there were.
    """
    for number in itertools.count(1, every):
        work = begin()
        died = dies(number, work)
        check()
        if not died:
            return number - 1
        work()
        check()
    raise AssertionError
