"""What a listener would say of a conversion, in numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpu_worker.contract.params import F0Method
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode
from gpu_worker.pretrained import Pretrained

RATE = 16_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a converted song follows its source.

    ``correlation`` of F0 in semitones over frames voiced in both, ``shift`` the median interval in
    semitones, ``voiced`` the part of the source's voiced frames that are voiced in both, and
    ``rms_db`` the converted song's level re full scale.
    """

    seconds: float
    source_seconds: float
    correlation: float
    shift: float
    voiced: float
    rms_db: float


def likeness(converted: Path, source: Path) -> Likeness:
    """Compare two files, frame by frame of 10 ms."""
    estimator = load_f0(F0Method.SWIFT_F0, Pretrained(None), "cpu")
    made, made_rate = decode(converted)
    sung, sung_rate = decode(source)
    tracks = [
        estimator.estimate(decode(path, RATE)[0].astype(np.float32)) for path in (converted, source)
    ]
    frames = min(map(len, tracks))
    new, old = (track[:frames] for track in tracks)
    both = (new > 0) & (old > 0)
    high, low = 12 * np.log2(new[both]), 12 * np.log2(old[both])
    return Likeness(
        seconds=made.shape[-1] / made_rate,
        source_seconds=sung.shape[-1] / sung_rate,
        correlation=float(np.corrcoef(high, low)[0, 1]),
        shift=float(np.median(high - low)),
        voiced=float(both.sum() / max(1, (old > 0).sum())),
        rms_db=float(10 * np.log10(np.mean(made.astype(np.float64) ** 2) + 1e-12)),
    )
