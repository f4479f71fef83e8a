"""The engine gives the reference's numbers, and the check itself can fail."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.gpu_worker import parity
from tests.gpu_worker.vectors import relative_error

GOLDEN = Path(__file__).parent / "golden"


STEPS = sorted(GOLDEN.glob("train_steps_*.npz"))


@pytest.mark.parametrize(
    "path", sorted({*GOLDEN.glob("*.npz")} - {*STEPS}), ids=lambda path: path.stem
)
def test_golden_vectors_hold(path: Path) -> None:
    finding = parity.check_file(path)
    assert finding.holds, finding.line(path.stem)


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_golden_training_steps_hold(path: Path) -> None:
    """In a process of its own: PyTorch asks only once how wide its sums may be."""
    command = [sys.executable, "-m", "tests.gpu_worker.parity", str(GOLDEN), "--only", path.stem]
    environment = os.environ | parity.SAME_SUMS
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _copy(folder: Path, name: str, **changed: NDArray[Any]) -> None:
    with np.load(GOLDEN / f"{name}.npz") as archive:
        arrays = {key: archive[key] for key in archive.files} | changed
    np.savez(folder / f"{name}.npz", **{key: value for key, value in arrays.items() if value.size})


def test_right_vectors_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _copy(tmp_path, "loudness_envelope")
    assert parity.main([str(tmp_path)]) == 0
    assert "1 of 1 hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    [
        {"rate": np.float64(0.3)},
        {"mixed": np.full(80000, np.nan, np.float32)},
        {"mixed": np.ones(79999, np.float32)},
        {"source_16k": np.empty(0)},
    ],
)
def test_wrong_vectors_fail(tmp_path: Path, changed: dict[str, NDArray[Any]]) -> None:
    _copy(tmp_path, "loudness_envelope", **changed)
    assert parity.main([str(tmp_path)]) == 1


def test_another_salt_makes_other_weights(tmp_path: Path) -> None:
    _copy(tmp_path, "harmonic_source_40000")
    assert parity.main([str(tmp_path)]) == 0
    assert parity.main([str(tmp_path), "--salt", "other"]) == 1


def test_unknown_vectors_and_empty_folders_fail(tmp_path: Path) -> None:
    assert parity.main([str(tmp_path)]) == 1
    np.savez(tmp_path / "unheard_of.npz", a=np.zeros(1))
    assert parity.main([str(tmp_path)]) == 1


def test_relative_error_is_infinite_where_not_a_number() -> None:
    assert relative_error([1.0, np.nan], np.array([1.0, 2.0])) == np.inf
    assert relative_error([1.0, np.nan], np.array([1.0, np.nan])) == 0
