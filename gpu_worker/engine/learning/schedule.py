"""What happens at which step: learning rate, discriminators, previews."""

from ...contract.params import TrainParams
from ..config import TrainRecipe


def learning_rate(
    recipe: TrainRecipe, params: TrainParams, step: int, epoch: int, first: int = 0
) -> float:
    """The rate of a step (from 0) in an epoch (from 0).

    ``first`` is the step at which a finished training goes on, 0 in its first stretch: a recipe
    whose rate falls then warms up again and falls from its middle to its end over the added steps,
    so that what was learned is refined and not shaken.
    """
    base = params.learning_rate * recipe.learning_rate_factor * recipe.epoch_decay**epoch
    base *= min(1.0, (step - first + 1) / max(1, recipe.warm_up))
    done = (step - first) / max(1, params.total_steps - first)
    fallen = max(0.0, 2 * done - 1) if first == 0 else (1 + done) / 2
    return base * (1 - fallen * (1 - recipe.final_rate))


def adversarial_now(recipe: TrainRecipe, total_steps: int, step: int) -> bool:
    """Whether discriminators have joined by this step; once they have, they stay."""
    return step >= recipe.adversarial_from * total_steps


def preview_steps(total_steps: int, previews: int) -> tuple[int, ...]:
    """The step of each rendered phrase, evenly spaced from before the first to after the last."""
    return tuple(round(total_steps * n / previews) for n in range(previews + 1)) if previews else ()
