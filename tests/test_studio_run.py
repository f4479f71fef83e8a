"""Web, worker and beat under their supervisor: crashes mended, no orphan however it ends."""

import urllib.request
from pathlib import Path

import pytest

from tests.live import LiveStack, start_live
from voicestudio.embedded.places import Places
from voicestudio.embedded.process import Recorded, recorded_children
from voicestudio.embedded.supervisor import Supervisor

PARTS = ["beat", "web", "worker"]


def parts_of(stack: LiveStack) -> list[Recorded]:
    return recorded_children(Places(stack.var))


def answers(stack: LiveStack) -> bool:
    with urllib.request.urlopen(f"{stack.url}/api/v1/csrf", timeout=30) as response:
        return bool(response.status < 300)


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_named_and_comes_back(live_stack: LiveStack, part: str) -> None:
    before = live_stack.pid(part)
    live_stack.kill(part)
    live_stack.wait_restarted(part, before)
    assert f"{part:<10} crashed (by SIGKILL)" in live_stack.output()
    live_stack.wait_answering()
    assert answers(live_stack)


def test_nothing_is_left_of_a_studio_however_it_ends(services: Supervisor, tmp_path: Path) -> None:
    first = start_live(services, tmp_path / "var", demo=False, number=2)
    children = parts_of(first)
    assert [child.name for child in children] == PARTS
    first.process.kill()
    first.process.wait()
    second = start_live(services, tmp_path / "var", demo=False, number=2)
    assert not [child.name for child in children if child.lives]
    assert answers(second)
    children = parts_of(second)
    assert second.stop() == 0
    assert not [child.name for child in children if child.lives]
    assert list(Places(second.var).run.iterdir()) == []
