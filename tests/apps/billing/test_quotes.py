"""The quote of a voice and of a song against the measured seconds; plans that do not lose money."""

import json
import re
import tomllib
from typing import Any, Final

import pytest

from apps.billing.plans import PACKS, PLANS, WELCOME_CREDITS, Currency, PlanName, Price, margin
from apps.billing.quotes import (
    MARGIN,
    analysis_quote,
    conversion_quote,
    cover_quote,
    expected_s,
    preprocess_quote,
    separation_quote,
    training_quote,
)
from apps.jobs.kinds import deadline
from benchmarks.costs import PRICES, RESULTS, ROOT, works
from gpu_worker.contract.params import TrainParams

TIMES = tomllib.loads(PRICES.read_text())["rtx4090"]["times"]
ROWS: Final = json.loads(RESULTS.read_text())["rows"]
GPU: Final = {row["name"]: row for row in reversed(ROWS)}  # the first of a name counts
REPORT: Final = json.loads(RESULTS.with_name("engine_report.json").read_text())["tables"]
SECONDS: Final = (1.0, 60.0, 180.0, 720.0, 3 * 3600.0)
"""Of sound: the longest is what a file may have."""


def pace(table: str, column: str) -> float:
    """Seconds of a processor that a second of sound took, in the report's slowest row."""
    return max(float(row[column]) for row in REPORT[table]["rows"] if row.get(column))


def said(page: str, pattern: str) -> float:
    """A figure that a page of the documentation states."""
    found = re.search(pattern, (ROOT / "docs" / page).read_text())
    assert found, pattern
    return float(found[1])


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
    assert training_quote(full(5_000), 600.0) == 1162


def test_a_song_is_quoted_by_its_measured_seconds() -> None:
    song = works(json.loads(RESULTS.read_text())["rows"])[-1]
    assert song.cold_s * TIMES < expected_s(conversion_quote(180.0)) < 2 * song.cold_s * TIMES
    assert (conversion_quote(180.0), cover_quote(180.0)) == (18, 32)
    assert conversion_quote(180.0, voices=2) > conversion_quote(180.0)
    assert analysis_quote(0.0) == 1


@pytest.mark.parametrize("sound_s", SECONDS)
def test_no_quote_is_below_what_the_sound_takes(sound_s: float) -> None:
    for name, minutes in (("conversion of 3 min", 3), ("conversion of 12 min", 12)):
        a_second = GPU[name]["seconds"] / (60 * minutes) * TIMES
        assert a_second * sound_s < expected_s(conversion_quote(sound_s)), name
        slowest = max(row["first_s"] for row in ROWS if row["name"] == name) * TIMES
        assert slowest < expected_s(conversion_quote(60.0 * minutes))
    cleaning = pace("denoising", "seconds a second")
    assert cleaning * sound_s < expected_s(preprocess_quote(sound_s, separate=False))
    separating = said("models.md", r"Spleeter ([\d.]+) x real time on one core")
    assert separating * sound_s < expected_s(separation_quote(sound_s))
    both = (cleaning + separating) * sound_s
    assert both < expected_s(preprocess_quote(sound_s, separate=True))
    singing = GPU["conversion of 12 min"]["seconds"] / 720 * TIMES
    assert (separating + 2 * singing) * sound_s < expected_s(cover_quote(sound_s, 2))
    examining = pace("report card", "time, %") / 100
    alone = json.loads(RESULTS.with_name("analysis.json").read_text())
    assert max(examining, alone["ratio"], alone["cpu_ratio"]) * sound_s <= expected_s(
        analysis_quote(sound_s)
    )


def test_no_training_is_quoted_below_its_steps() -> None:
    rows = [row for row in GPU.values() if row.get("path") in ("graph", "fast")]
    assert len(rows) == 8
    for row in rows:
        for steps in (100, 1_000, 20_000):
            params = full(steps, batch_size=row["batch"], checkpoint_every=steps)
            seconds = (row["first_step_s"] + steps * row["step_ms"] / 1000) * TIMES
            assert seconds < expected_s(training_quote(params, recorded_s=0.0)), row["name"]


def test_features_and_scores_are_quoted_by_what_they_took() -> None:
    whole, short = (training_quote(full(1_000), recorded_s=s) for s in (36_000.0, 600.0))
    features = GPU["features, loaded"]["seconds"] / 600 * TIMES
    assert expected_s(whole - short) > features * 35_400 - 1
    draft = TrainParams(preset="draft", total_steps=1_000)
    many = training_quote(draft.model_copy(update={"checkpoint_every": 10}), 600.0)
    few = training_quote(draft.model_copy(update={"checkpoint_every": 100}), 600.0)
    scoring = said("quality.md", r"Scoring takes (\d+) s a checkpoint")
    assert expected_s(many - few) >= 90 * scoring - 1


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
