"""A start with an idempotency key is one start for a day, as every POST; then the key is free."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from apps.common import idempotency
from apps.common.models import KeptAnswer
from apps.jobs.models import Job
from tests.apps.conftest import program
from tests.factories import make_file

from .conftest import Studio

HEADERS = {"Idempotency-Key": "nightly"}


def separate(client: Client, *files: Any) -> Any:
    body = {"files": [str(file.id) for file in files]}
    path = "/api/v1/separations"
    return client.post(path, body, "application/json", headers=HEADERS)


def a_day_passes() -> None:
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))


def test_within_a_day_the_answer_says_that_it_is_old(studio: Studio, owner_client: Client) -> None:
    first, again = (separate(owner_client, studio.song) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers[idempotency.REPLAYED] == "true"
    assert Job.objects.count() == 1


def test_after_a_day_the_key_starts_something_else(studio: Studio, owner_client: Client) -> None:
    separate(owner_client, studio.song)
    a_day_passes()
    other = separate(owner_client, make_file(studio.workspace))
    assert other.status_code == 201
    assert idempotency.REPLAYED not in other.headers
    assert Job.objects.count() == 2


def test_after_a_day_the_same_starts_anew(studio: Studio, owner_client: Client) -> None:
    first = separate(owner_client, studio.song).json()["jobs"][0]["id"]
    a_day_passes()
    again = separate(owner_client, studio.song)
    assert again.json()["jobs"][0]["id"] != first
    assert idempotency.REPLAYED not in again.headers
    assert Job.objects.count() == 2


def test_a_key_belongs_to_who_sent_it(
    studio: Studio, owner_client: Client, mate_client: Client
) -> None:
    """A mate and a program choose theirs by themselves."""
    clients = (owner_client, mate_client, program(studio.user, "separations:write"))
    made = [separate(client, make_file(studio.workspace)) for client in clients]
    assert [each.status_code for each in made] == [201, 201, 201]
    assert Job.objects.count() == 3
