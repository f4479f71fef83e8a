"""Transactions that meet on one voice: none waits for a lock that the other will ask for later.

PostgreSQL checks the foreign keys of a row that was updated twice once more at the commit, which
takes a share of the voice's key after the balance is locked: against the order of locks. The row
locks of our own therefore leave keys alone (``FOR NO KEY UPDATE``).
"""

import re
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from apps.jobs.states import JobState
from apps.voices import services as voices
from gpu_worker.contract.errors import Code
from voicestudio.embedded.places import REPOSITORY

from .conftest import Studio


@pytest.mark.django_db(transaction=True)
def test_a_conversion_ends_while_another_request_holds_its_voice(studio: Studio) -> None:
    studio.trained()
    job = studio.convert()
    worker = studio.dispatch()
    held, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            assert voices.lock(studio.workspace.id, studio.voice.id) is not None
            held.set()
            ended.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        studio.hear(worker, worker.started(), worker.failed(Code.OUT_OF_MEMORY))
    finally:
        ended.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_every_row_lock_leaves_keys_alone() -> None:
    def calls(path: Path) -> list[str]:
        return re.findall(r"select_for_update\([^\n]*\)", path.read_text(encoding="utf-8"))

    found = {path: calls(path) for path in (REPOSITORY / "apps").rglob("*.py")}
    assert sum(map(len, found.values())) > 5
    strict = {
        path.name: line
        for path, lines in found.items()
        for line in lines
        if "no_key=True" not in line
    }
    assert not strict
