"""What is deleted goes from storage in the end, whatever is away meanwhile."""

import threading
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError
from django.db import connection, transaction
from django.utils import timezone

from apps.common import erasure, storage
from apps.common.locks import alone
from apps.common.models import Erasure

pytestmark = pytest.mark.django_db


def test_objects_go_once_due() -> None:
    storage.write_bytes("jobs/erase/now", b"x")
    storage.write_bytes("jobs/erase/later", b"x")
    erasure.erase(["jobs/erase/now", ""])
    erasure.erase(["jobs/erase/later"], after=timedelta(minutes=1))
    assert (erasure.erase_due(), erasure.erase_due()) == (1, 0)
    assert not storage.exists("jobs/erase/now")
    assert storage.exists("jobs/erase/later")
    Erasure.objects.update(not_before=timezone.now())
    assert erasure.erase_due() == 1
    assert not storage.exists("jobs/erase/later")
    assert not Erasure.objects.exists()


def test_nothing_goes_with_a_transaction_that_fails() -> None:
    with transaction.atomic():
        erasure.erase(["jobs/erase/kept"])
        transaction.set_rollback(True)
    assert not Erasure.objects.exists()


def test_a_store_that_is_away_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    storage.write_bytes("jobs/erase/again", b"x")
    erasure.erase(["jobs/erase/again"])
    with monkeypatch.context() as broken:

        def away(key: str) -> None:
            raise EndpointConnectionError(endpoint_url="http://storage")

        broken.setattr(storage, "delete", away)
        assert erasure.erase_due() == 0
    row = Erasure.objects.get()
    assert (row.tries, row.not_before > timezone.now()) == (1, True)
    Erasure.objects.update(not_before=timezone.now())
    assert erasure.erase_due() == 1
    assert not storage.exists("jobs/erase/again")


@pytest.mark.django_db(transaction=True)
def test_a_sweep_runs_once_at_a_time() -> None:
    seen: list[bool] = []

    def meanwhile() -> None:
        with alone("test") as mine:
            seen.append(mine)
        connection.close()

    for _ in range(2):
        with alone("test") as mine:
            seen.append(mine)
            other = threading.Thread(target=meanwhile)
            other.start()
            other.join()
    assert seen == [True, False, True, False]
