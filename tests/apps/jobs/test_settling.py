"""A job costs what was used of its quote: the worker's seconds, by the formula of the quote."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.billing import quotes
from apps.billing.models import Entry
from apps.jobs.models import Attempt
from apps.jobs.requests import AnalysisStart, SeparationStart, Start

from .conftest import Studio, current

QUOTE = quotes.separation_quote(30.0)


def ended(studio: Studio, seconds: float, wanted: Start | None = None, **attempt: Any) -> int:
    """Starts, ends, and checks that the ledger says the same as the job; its cost."""
    before, _ = studio.credits
    [job] = studio.start(wanted or SeparationStart(files=(studio.song.id,)))
    worker = studio.dispatch()
    worker.seconds = seconds
    Attempt.objects.filter(job=job).update(**{"price_per_s": None} | attempt)
    worker.store_result()
    studio.finish(worker)
    assert current(job).state == "succeeded"
    job.refresh_from_db()
    settled = Entry.objects.get(job_id=job.id, kind="settle")
    assert job.cost == -settled.held
    assert studio.credits == (before - (job.cost or 0), 0)
    return job.cost or 0


@pytest.mark.parametrize(
    ("seconds", "cost"),
    [(0.0, 1), (2.0, 3), (4.0, 5), (QUOTE / quotes.MARGIN, QUOTE), (9e9, QUOTE)],
)
def test_a_quick_job_costs_less_and_a_slow_one_no_more(
    studio: Studio, seconds: float, cost: int
) -> None:
    assert ended(studio, seconds) == cost


def test_a_dearer_card_counts_by_its_price(studio: Studio, settings: Any) -> None:
    settings.GPU_USD_PER_S = 0.0003
    assert ended(studio, 2.0, price_per_s=Decimal("0.0006")) == 5
    assert ended(studio, 2.0) == 3


def test_every_kind(studio: Studio) -> None:
    assert quotes.analysis_quote(60.0) == 4
    assert ended(studio, 0.1, AnalysisStart(dataset=studio.dataset.id)) == 1


def test_the_customer_sees_quote_and_cost(studio: Studio, owner_client: Client) -> None:
    cost = ended(studio, 2.0)
    [shown] = owner_client.get("/api/v1/jobs").json()["results"]
    assert (shown["quote"], shown["cost"]) == (QUOTE, cost)
    assert QUOTE > cost == 3
