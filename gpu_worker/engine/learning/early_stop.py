"""When a training has learned what it can: the score has not risen for several checkpoints."""

from collections.abc import Sequence
from typing import Final

from ..config import TrainRecipe

EPSILON: Final = 0.5
"""Points of quality (0..100) that count as better; less is noise of the measurement."""

_LEAST_SHARE: Final = 0.25


def counting_from(recipe: TrainRecipe, first_step: int, total_steps: int) -> int:
    """The step from which checkpoints count against the patience.

    A quarter of the steps at least, and where discriminators join late, half of their time: the
    objective changes with them, and scores fall before they rise. ``first_step`` is where this
    stretch of the training began.
    """
    late = (1 + recipe.adversarial_from) / 2 if recipe.adversarial_from else 0.0
    share = max(_LEAST_SHARE, late)
    return first_step + round(share * (total_steps - first_step))


def out_of_patience(scored: Sequence[tuple[int, float]], counted_from: int, patience: int) -> bool:
    """Whether ``patience`` checkpoints in a row were no better than one before them.

    ``scored`` are steps with their quality, in order; those before ``counted_from`` don't count,
    neither as failures nor as something to beat. 0 is endless patience.
    """
    best, waited = float("-inf"), 0
    for step, quality in scored:
        if step < counted_from:
            continue
        if quality > best + EPSILON:
            best, waited = quality, 0
        else:
            waited += 1
    return 0 < patience <= waited
