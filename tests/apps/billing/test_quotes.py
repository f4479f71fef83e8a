"""The quote of a voice and of a song against the measured seconds; plans that do not lose money."""

import json
import tomllib
from typing import Any

from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, Currency, PlanName, Price, margin
from apps.billing.quotes import (
    MARGIN,
    analysis_quote,
    conversion_quote,
    cover_quote,
    expected_s,
    training_quote,
)
from apps.jobs.kinds import deadline
from benchmarks.costs import PRICES, RESULTS, works
from gpu_worker.contract.params import TrainParams

TIMES = tomllib.loads(PRICES.read_text())["rtx4090"]["times"]


def full(steps: int, **others: int) -> TrainParams:
    return TrainParams.model_validate(
        {"preset": "full", "total_steps": steps, "batch_size": 8} | others
    )


def test_a_voice_is_quoted_by_its_measured_seconds() -> None:
    measured = {work.name: work for work in works(json.loads(RESULTS.read_text())["rows"])}
    for steps in (1_000, 5_000, 20_000):
        seconds = measured[f"voice, {steps:,} steps of 8 clips"].cold_s * TIMES
        quote = training_quote(full(steps, checkpoint_every=100), recorded_s=600.0)
        assert seconds < expected_s(quote) < 1.25 * seconds
    assert training_quote(full(5_000), 600.0) == 1150


def test_a_song_is_quoted_by_its_measured_seconds() -> None:
    song = works(json.loads(RESULTS.read_text())["rows"])[-1]
    assert song.cold_s * TIMES < expected_s(conversion_quote(180.0)) < 2 * song.cold_s * TIMES
    assert (conversion_quote(180.0), cover_quote(180.0)) == (17, 25)
    assert conversion_quote(180.0, voices=2) > conversion_quote(180.0)
    assert analysis_quote(0.0) == 1


def test_steps_that_were_paid_are_not_quoted_again() -> None:
    whole, rest = training_quote(full(5_000), 600.0), training_quote(full(5_000), 600.0, 4_000)
    assert rest == training_quote(full(1_000), 600.0) < whole


def test_an_attempt_may_take_what_its_quote_allows(settings: Any) -> None:
    settings.COMPUTE_BACKEND = "runpod"
    assert deadline(1150) == 600 + 3 * 1150
    assert deadline(1150) > 1150 / MARGIN
    settings.COMPUTE_BACKEND = "local"
    assert deadline(17) == 1800 + 17_000
    assert deadline(10**9) == 5 * 24 * 3600, "links live a week at most"


def test_every_price_covers_its_credits() -> None:
    sold = [(plan.price, plan.credits) for plan in PLANS.values() if plan.price]
    sold += [(pack.price, pack.credits) for pack in PACKS.values()]
    assert len(sold) == 6
    for price, credits in sold:
        assert margin(price, credits) > 0.6
        assert 1_100 < price.krw / price.usd * 100 < 1_500, "won and dollars say the same"
    assert margin(Price(krw=1, usd=100), 100_000) < 0


def test_won_have_no_smaller_unit() -> None:
    starter = PLANS[PlanName.STARTER].price
    assert starter is not None
    assert (starter.amount(Currency.KRW), starter.amount(Currency.USD)) == (19_900, 1_500)


def test_the_trial_pays_for_a_voice_and_songs() -> None:
    assert training_quote(full(5_000), 600.0) + 10 * cover_quote(180.0) < WELCOME_CREDITS
