"""When a training writes its checkpoint: a lost machine costs at most five minutes."""

from dataclasses import dataclass
from itertools import pairwise

from gpu_worker.engine.learning.save_pace import LONGEST_S, SavePace

FIVE_MINUTES = 300.0


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def saves(step_s: float, scored_every: int, save_s: float, steps: int) -> list[float]:
    """The times at which saves of a training began."""
    clock = Clock()
    pace = SavePace(clock)
    found = []
    for step in range(1, steps + 1):
        clock.now += step_s
        if pace.due(step % scored_every == 0):
            found.append(clock.now)
            with pace.measured():
                clock.now += save_s
    return found


def test_cheap_saves_go_with_every_scored_step() -> None:
    assert saves(1.0, 10, 0.0, 50) == [10.0, 20.0, 30.0, 40.0, 50.0]


def test_a_slow_training_saves_between_its_scored_steps() -> None:
    found = saves(11.5, 1000, 5.0, 200)
    gaps = [after - before for before, after in pairwise(found)]
    assert found[0] <= LONGEST_S + 11.5
    assert max(gaps) < FIVE_MINUTES
    assert len(found) > 10


def test_dear_saves_take_a_tenth_of_the_time_and_still_come_in_time() -> None:
    """A full voice on a fast GPU: scored every 4.6 s, 10 s to store a gigabyte."""
    found = saves(0.046, 100, 10.0, 20_000)
    gaps = [after - before for before, after in pairwise(found)]
    assert min(gaps) >= 100.0
    assert max(gaps) < FIVE_MINUTES


def test_saves_that_take_minutes_still_come() -> None:
    found = saves(0.046, 100, 60.0, 20_000)
    gaps = [after - before for before, after in pairwise(found)]
    assert max(gaps) < FIVE_MINUTES
