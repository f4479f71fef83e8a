"""What all tasks share: tools, voices, and how sounds are written and told of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_worker.contract.job import EncoderRef, Sound
from gpu_worker.contract.params import ExportKnobs
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.progress import Listener
from gpu_worker.engine.sound.export import export
from gpu_worker.engine.sound.lufs import blocks_of
from gpu_worker.engine.spool import spool
from gpu_worker.engine.stop import StopCheck
from gpu_worker.engine.weights import WeightSource

ResultT = TypeVar("ResultT", covariant=True)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tools:
    """What every task needs: pretrained weights and the device to compute on."""

    weights: WeightSource
    device: torch.device


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """A voice to convert to. ``encoder`` is what the voice's owner recorded, if anybody did.

    ``f0_median_hz`` is what the automatic key aims at, ``weight`` the voice's share in a blend.
    """

    model: Path
    index: Path | None = None
    encoder: EncoderRef | None = None
    f0_median_hz: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Made(Generic[ResultT]):
    """A finished task: the facts, and its files by the name of the object that each becomes."""

    result: ResultT
    files: Mapping[str, Path]


def default_device() -> torch.device:
    """The first GPU, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def part(report: TrainReporter, stage: Stage, low: float, high: float) -> Listener:
    """A plain 0..1 listener that reports ``low``..``high`` of a task."""
    return lambda fraction: report.progress(stage, low + (high - low) * fraction)


def write_sound(
    path: Path,
    audio: Floats | Iterable[Floats],
    rate: int,
    knobs: ExportKnobs,
    stop: StopCheck,
    *,
    ai_generated: bool,
) -> Sound:
    """Export ``audio`` (T,), (T, C) or blocks as ``path``, tagged, and say what was written."""
    facts = export(path, audio, rate, knobs, stop=stop, ai_generated=ai_generated)
    return Sound(
        name=path.name,
        duration_s=facts.duration,
        sample_rate=facts.rate,
        loudness_lufs=facts.lufs,
        true_peak_db=facts.true_peak_db,
    )


def as_made(knobs: ExportKnobs) -> ExportKnobs:
    """The same format at the level at hand: stems must still add up to their song.

    Only what would clip is limited.
    """
    plain = {name: getattr(knobs, name) for name in ExportKnobs.model_fields}
    return ExportKnobs.model_validate({**plain, "loudness_lufs": 0.0, "true_peak_db": 0.0})


def mono_on_disk(wave: Floats, path: Path) -> Floats:
    """(T, C) -> the mean of its channels (T,), block by block."""
    return spool(path, (block.mean(axis=1) for block in blocks_of(wave)))
