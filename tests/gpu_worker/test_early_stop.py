"""When a training ends by itself."""

from gpu_worker.contract.params import Preset
from gpu_worker.engine.config import train_recipe
from gpu_worker.engine.learning.early_stop import counting_from, out_of_patience
from gpu_worker.engine.learning.schedule import learning_rate
from tests.gpu_worker.training_parts import PARAMS


def scored(*qualities: float) -> list[tuple[int, float]]:
    """One checkpoint every 100 steps."""
    return [(100 * n, quality) for n, quality in enumerate(qualities, start=1)]


def test_patience_is_spent_by_checkpoints_in_a_row() -> None:
    assert out_of_patience(scored(50, 60, 60, 59), 0, patience=2)
    assert not out_of_patience(scored(50, 60, 60, 59), 0, patience=3)
    assert not out_of_patience(scored(50, 60, 59, 61, 60), 0, patience=2)


def test_a_hair_better_is_not_better() -> None:
    assert out_of_patience(scored(60, 60.2, 60.4), 0, patience=2)
    assert not out_of_patience(scored(60, 60.4, 60.8), 0, patience=2)


def test_slow_progress_counts_once_it_adds_up() -> None:
    assert not out_of_patience(scored(60, 60.4, 60.8, 61.2, 61.6), 0, patience=2)


def test_patience_may_be_endless() -> None:
    assert not out_of_patience(scored(*[50.0] * 100), 0, patience=0)


def test_scores_before_the_discriminators_settled_do_not_count() -> None:
    """The old objective's best score is nothing that the new one has to beat at once."""
    history = scored(80, 80, 80, 60, 61, 63)
    assert out_of_patience(history, 0, patience=3)
    assert not out_of_patience(history, 400, patience=1)


def test_no_preset_ends_before_a_sensible_share_of_its_steps() -> None:
    assert counting_from(train_recipe(Preset.FULL), 0, 1000) == 250
    assert counting_from(train_recipe(Preset.DRAFT), 0, 1000) == 650
    assert counting_from(train_recipe(Preset.FULL), 1000, 2000) == 1250


def test_what_goes_on_is_not_shaken() -> None:
    """600 finished steps go on to 1200: warm up again, then fall from the middle to the end."""
    draft = train_recipe(Preset.DRAFT)
    longer = PARAMS.model_copy(update={"total_steps": 1200})
    rates = [learning_rate(draft, longer, step, 0, first=600) for step in (600, 900, 1200)]
    assert rates[0] < 2e-5
    assert rates[1:] == [1e-3 * (1 - 0.75 * 0.9), 1e-3 * (1 - 0.9)]
    full = train_recipe(Preset.FULL)
    assert learning_rate(full, longer, 700, 3, first=600) == 1e-4 * 0.999875**3
