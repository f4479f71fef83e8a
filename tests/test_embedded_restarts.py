"""How long the supervisor waits before it starts a part again."""

import sys
from pathlib import Path

import pytest

from voicestudio.embedded.parts import Part
from voicestudio.embedded.places import Places
from voicestudio.embedded.process import Child, Program
from voicestudio.embedded.supervisor import LONGEST_BACKOFF_S, Running


@pytest.fixture
def running(tmp_path: Path) -> Running:
    program = Program(name="web", argv=(sys.executable, "-c", "pass"))
    child = Child(program, Places(tmp_path), {})
    return Running(Part(program, lambda child: True, "here"), child)


def test_a_part_that_served_is_back_at_once_however_often_it_is_killed(running: Running) -> None:
    for began in (0.0, 50.0, 100.0, 150.0):
        running.look_at_readiness(began + 15)
        assert running.pause_s(began + 40) == 1.0
        running.ready_at = None


def test_a_part_that_crashes_on_its_way_up_waits_longer_each_time(running: Running) -> None:
    pauses = [running.pause_s(100.0 * number) for number in range(7)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_BACKOFF_S, LONGEST_BACKOFF_S]


def test_a_part_that_dies_as_soon_as_it_answers_is_no_steady_one(running: Running) -> None:
    running.look_at_readiness(5.0)
    assert [running.pause_s(6.0), running.pause_s(7.0)] == [1.0, 2.0]


def test_readiness_is_noted_once(running: Running) -> None:
    running.look_at_readiness(5.0)
    running.look_at_readiness(9.0)
    assert running.ready_at == 5.0
