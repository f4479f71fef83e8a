"""Checkpoints: whole or not there, and never another voice's."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.engine.learning.train_state import Sampler, TrainState
from gpu_worker.engine.learning.training import new_state
from tests.gpu_worker.training_parts import PARAMS, CheapEncoder, noise_dataset

SAVE_FOREVER = """
import sys
from pathlib import Path
from tests.gpu_worker.test_train_state import fresh
state = fresh()
while True:
    state.step += 1
    state.save(Path(sys.argv[1]))
"""


def fresh(seed: int = 1) -> TrainState:
    params = PARAMS.model_copy(update={"seed": seed})
    return new_state(
        params, CheapEncoder(), noise_dataset(dim=CheapEncoder.dim), torch.device("cpu")
    )


def refused(state: TrainState, path: Path, code: Code = Code.CHECKPOINT_UNREADABLE) -> bool:
    with pytest.raises(JobError) as raised:
        state.restore(path)
    return raised.value.code is code


def test_state_survives_a_round_trip(tmp_path: Path) -> None:
    state, path = fresh(), tmp_path / "checkpoint.pt"
    state.step, state.mel_distance_start = 7, 2.5
    state.sampler.draw(3)
    torch.rand(5, generator=state.noise)
    state.save(path)
    other = fresh()
    other.restore(path)
    assert (other.step, other.mel_distance_start) == (7, 2.5)
    assert other.sampler.draw(4) == state.sampler.draw(4)
    assert torch.equal(torch.rand(3, generator=other.noise), torch.rand(3, generator=state.noise))


def test_a_kill_while_saving_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    process = subprocess.Popen([sys.executable, "-c", SAVE_FOREVER, str(path)])
    try:
        deadline = time.monotonic() + 120
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.37)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    state = fresh()
    state.restore(path)
    assert state.step >= 1


def test_another_voices_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    fresh(seed=1).save(path)
    assert refused(fresh(seed=2), path, Code.CHECKPOINT_MISMATCH)


@pytest.mark.parametrize("content", [b"", b"nothing", pickle.dumps({"format": 2})])
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    assert refused(fresh(), path)


def test_half_a_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    fresh().save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(fresh(), path)


def test_code_in_a_checkpoint_never_runs(tmp_path: Path) -> None:
    marker, path = tmp_path / "ran", tmp_path / "checkpoint.pt"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(marker),)

    torch.save({"format": 2, "identity": Bomb()}, path)
    assert refused(fresh(), path)
    assert not marker.exists()


def test_every_clip_is_drawn_once_an_epoch() -> None:
    sampler = Sampler(5, torch.Generator().manual_seed(0))
    drawn = [*sampler.draw(3), *sampler.draw(2)]
    assert sorted(drawn) == [0, 1, 2, 3, 4]
    assert sampler.epoch == 0
    assert len(sampler.draw(7)) == 7
    assert sampler.epoch == 2
