"""Small stand-ins for a training: recordings, an encoder and a pitch estimator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.contract.params import (
    AudioFormat,
    ContentEncoderName,
    F0Method,
    SampleRate,
    TrainParams,
)
from gpu_worker.contract.scores import Scores
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.learning.dataset import Dataset, build_dataset
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.learning.training import TrainOutcome, train
from gpu_worker.engine.sound.audio import encode
from gpu_worker.engine.stop import StopCheck, never
from gpu_worker.engine.weights import WeightSource
from tests.gpu_worker.sounds import sung, vibrato

RATE = SampleRate.HZ_32000
PARAMS = TrainParams(sample_rate=RATE, total_steps=4, batch_size=1, checkpoint_every=2, previews=2)


@dataclass
class CheapEncoder:
    """The waveform itself, frame by frame; counts how often it was asked."""

    calls: int = 0

    id = ContentEncoderName.WHISPER_BASE
    sha256 = "0" * 64
    dim = 512

    def encode(self, wave16k: Tensor) -> Tensor:
        self.calls += 1
        frames = wave16k[: len(wave16k) // 320 * 320].view(-1, 320)
        return F.pad(frames, (0, self.dim - 320))


class CheapF0:
    """220 Hz wherever there is sound."""

    name = F0Method.FCPE

    def estimate(self, wave16k: NDArray[np.float32]) -> NDArray[np.float32]:
        frames = np.pad(wave16k, (0, 160))[: (len(wave16k) // 160 + 1) * 160].reshape(-1, 160)
        return np.where(np.abs(frames).max(axis=1) > 0.01, 220.0, 0.0).astype(np.float32)


@dataclass
class Heard:
    """What a training reported; checkpoints are kept as they were when reported."""

    stages: list[Stage] = field(default_factory=list)
    fractions: list[float] = field(default_factory=list)
    losses: list[Mapping[str, float]] = field(default_factory=list)
    previews: list[tuple[int, int, float, Path]] = field(default_factory=list)
    checkpoints: dict[int, bytes] = field(default_factory=dict)
    scores: dict[int, Scores] = field(default_factory=dict)
    best: list[int] = field(default_factory=list)
    candidates: list[tuple[int, int, Path]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def progress(
        self,
        stage: Stage,
        fraction: float,
        *,
        eta_s: float | None = None,
        step: int | None = None,
        total_steps: int | None = None,
        losses: Mapping[str, float] | None = None,
    ) -> None:
        self.stages.append(stage)
        self.fractions.append(fraction)
        if losses:
            self.losses.append(losses)

    def checkpoint(self, step: int, path: Path) -> None:
        self.checkpoints[step] = path.read_bytes()

    def preview(self, number: int, step: int, mel_distance: float, path: Path) -> None:
        self.previews.append((number, step, mel_distance, path))

    def evaluated(self, step: int, scores: Scores, best: bool) -> None:
        self.scores[step] = scores
        if best:
            self.best.append(step)

    def candidate(self, slot: int, step: int, path: Path) -> None:
        self.candidates.append((slot, step, path))

    def log(self, ko: str, en: str, level: Literal["info", "warning", "error"] = "info") -> None:
        if level == "warning":
            self.warnings.append(en)


def recording(folder: Path, seconds: float = 14.0) -> Path:
    """A file of one sung note."""
    path = folder / f"note-{seconds:g}.flac"
    encode(path, sung(vibrato(seconds, 220, RATE), RATE), int(RATE), AudioFormat.FLAC)
    return path


def train_cheaply(
    files: Sequence[Path],
    folder: Path,
    *,
    params: TrainParams = PARAMS,
    heard: Heard | None = None,
    stop: StopCheck = never,
    resume: Path | None = None,
    encoder: CheapEncoder | None = None,
    finish: StopCheck = never,
    weights: WeightSource | None = None,
) -> TrainOutcome:
    """A training of a few steps with draft networks."""
    folder.mkdir(exist_ok=True)
    return train(
        files,
        params,
        folder,
        encoder or CheapEncoder(),
        CheapF0(),
        heard or Heard(),
        stop,
        resume,
        finish=finish,
        weights=weights,
    )


def noise_dataset(clips: int = 5, frames: int = 240, dim: int = 8, hop: int = 320) -> Dataset:
    """Clips of white noise."""
    source = torch.Generator().manual_seed(3)
    return build_dataset(
        [
            Slice(
                torch.randn(frames * hop, generator=source) * 0.1,
                torch.randn(frames, dim, generator=source),
                torch.full((frames,), 220.0),
            )
            for _ in range(clips)
        ]
    )
