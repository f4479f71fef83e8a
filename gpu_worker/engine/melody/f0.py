"""F0 by name: every estimator gives Hz every 10 ms, 0 where unvoiced."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_worker.contract.params import F0Method, PitchKnobs

from ..config import PITCH_HOP
from ..weights import WeightSource
from . import crepe
from .crepe import Crepe, load_crepe
from .f0_median import median_of
from .fcpe import Fcpe, load_fcpe
from .octave_repair import repair_octaves
from .rmvpe import Rmvpe, load_rmvpe
from .swift_f0 import HOP as SWIFT_HOP
from .swift_f0 import SwiftF0
from .windows import LONGEST, side_by_side, windowed

# Octaves between two frames of 16 ms that no voice glides.
_LEAP = 0.5

Floats = NDArray[np.float32]


class F0Estimator(Protocol):
    """Estimates the fundamental frequency of one voice."""

    @property
    def name(self) -> F0Method: ...

    def estimate(self, wave16k: Floats) -> Floats:
        """(T,) at 16 kHz -> Hz (T // 160 + 1,), frame i at sample 160 i, 0 where unvoiced."""
        ...


@runtime_checkable
class BatchEstimator(Protocol):
    """An estimator that also takes several waves of one length in one go."""

    def estimate_batch(self, waves16k: Floats) -> Floats:
        """(B, T) at 16 kHz -> (B, T // 160 + 1): each row as ``estimate`` gives it alone."""
        ...


def estimate_each(estimator: F0Estimator, waves16k: Floats) -> Floats:
    """(B, T) -> (B, T // 160 + 1), in one go where the estimator can."""
    if isinstance(estimator, BatchEstimator):
        return estimator.estimate_batch(waves16k)
    return np.stack([estimator.estimate(wave) for wave in waves16k])


def load_f0(
    name: F0Method, weights: WeightSource, device: torch.device | str = "cpu"
) -> F0Estimator:
    """The estimator by name, from 50 to 1100 Hz, as it hears: what training learns from.

    ``hybrid`` takes the default three. Raises ``JobError(WEIGHTS_MISSING)``.
    """
    return load_pitch(PitchKnobs(f0_method=name, octave_repair=False), weights, device)


def load_pitch(
    knobs: PitchKnobs, weights: WeightSource, device: torch.device | str = "cpu"
) -> F0Estimator:
    """The chain that the knobs ask for: estimator or hybrid, repair of octave jumps, range.

    Repair comes before the range, so that a jump out of it is mended instead of lost. Raises
    ``JobError(WEIGHTS_MISSING)`` that names what is missing.
    """
    if knobs.f0_method is F0Method.HYBRID:
        parts = [_load(name, weights, device) for name in knobs.f0_hybrid]
        return PitchChain(HybridF0(parts), knobs)
    return PitchChain(_load(knobs.f0_method, weights, device), knobs)


class PitchChain:
    """An estimator, repaired where asked, and unvoiced outside the range of the knobs."""

    def __init__(self, estimator: F0Estimator, knobs: PitchKnobs) -> None:
        self.name = estimator.name
        self._estimator = estimator
        self._knobs = knobs

    def estimate(self, wave16k: Floats) -> Floats:
        wave = np.ascontiguousarray(wave16k, dtype=np.float32)
        return self._settled(self._estimator.estimate(wave), wave)

    def estimate_batch(self, waves16k: Floats) -> Floats:
        waves = np.ascontiguousarray(waves16k, dtype=np.float32)
        found = estimate_each(self._estimator, waves)
        return np.stack([self._settled(f0, wave) for f0, wave in zip(found, waves, strict=True)])

    def _settled(self, f0: Floats, wave: Floats) -> Floats:
        if self._knobs.octave_repair:
            f0 = repair_octaves(f0, wave)
        inside = (f0 >= self._knobs.f0_low_hz) & (f0 <= self._knobs.f0_high_hz)
        return np.where(inside, f0, np.float32(0.0))


class HybridF0:
    """Several estimators, joined by ``median_of``."""

    name = F0Method.HYBRID

    def __init__(self, estimators: Sequence[F0Estimator]) -> None:
        """``estimators`` with the most trusted first."""
        self._estimators = tuple(estimators)

    def estimate(self, wave16k: Floats) -> Floats:
        return median_of(np.stack([each.estimate(wave16k) for each in self._estimators]))

    def estimate_batch(self, waves16k: Floats) -> Floats:
        found = np.stack([estimate_each(each, waves16k) for each in self._estimators])
        return np.stack([median_of(found[:, row]) for row in range(len(waves16k))])


class NetworkEstimator:
    """FCPE or RMVPE, on the device that the network lies on."""

    def __init__(self, name: F0Method, network: Fcpe | Rmvpe) -> None:
        self.name = name
        self._network = network

    def estimate(self, wave16k: Floats) -> Floats:
        if self._network.window.device.type == "cuda":
            return side_by_side(wave16k, self._frames)
        return windowed(wave16k, lambda wave: self._frames(wave[None])[0])

    def estimate_batch(self, waves16k: Floats) -> Floats:
        if waves16k.shape[1] > LONGEST:
            return np.stack([self.estimate(wave) for wave in waves16k])
        return self._frames(waves16k)[:, : waves16k.shape[1] // PITCH_HOP + 1]

    @torch.inference_mode()
    def _frames(self, waves: Floats) -> Floats:
        """(B, T) -> (B, frames)."""
        device = self._network.window.device
        f0: Floats = self._network(torch.from_numpy(waves).to(device)).cpu().numpy()
        return f0


class CrepeEstimator:
    """CREPE, full or tiny, on the device that the network lies on."""

    def __init__(self, name: F0Method, network: Crepe) -> None:
        self.name = name
        self._network = network

    @torch.inference_mode()
    def estimate(self, wave16k: Floats) -> Floats:
        f0: Floats = self._network(torch.from_numpy(wave16k)).cpu().numpy()
        return f0


class SwiftEstimator:
    """SwiftF0, brought from its frames of 16 ms to 10 ms."""

    name = F0Method.SWIFT_F0

    def __init__(self, network: SwiftF0) -> None:
        self._network = network

    def estimate(self, wave16k: Floats) -> Floats:
        frames = len(wave16k) // PITCH_HOP + 1
        if len(wave16k) < SWIFT_HOP:
            return np.zeros(frames, np.float32)
        return resample_f0(self._network(wave16k), SWIFT_HOP / PITCH_HOP, frames)


def resample_f0(f0: Floats, step: float, frames: int) -> Floats:
    """F0 whose frame i lies at time ``i * step`` -> ``frames`` values at times 0, 1, 2, ...

    Linear in log frequency between voiced neighbours, but for leaps of half an octave and more;
    there, and for voicing, the nearest frame counts. A note's edge is never a glide from 0 Hz, and
    an octave jump never passes through pitches that nobody heard.
    """
    at = np.arange(frames) / step
    voiced = f0 > 0
    log = np.log2(np.maximum(f0, np.float32(1e-3)).astype(np.float64))
    last = len(f0) - 1
    nearest = np.clip(np.rint(at).astype(int), 0, last)
    low = np.clip(np.floor(at).astype(int), 0, last)
    high = np.clip(np.ceil(at).astype(int), 0, last)
    glides = voiced[low] & voiced[high] & (np.abs(log[high] - log[low]) < _LEAP)
    between = log[low] + (at - low) * (log[high] - log[low])
    hz = np.exp2(np.where(glides, between, log[nearest]))
    return np.where(voiced[nearest], hz, 0.0).astype(np.float32)


def _load(name: F0Method, weights: WeightSource, device: torch.device | str) -> F0Estimator:
    files = weights.find(name.value)
    return files.loaded((name, str(device)), lambda: _LOADERS[name](files.path, device))


def _swift(path: Path, device: torch.device | str) -> F0Estimator:
    return SwiftEstimator(SwiftF0(path))


def _fcpe(path: Path, device: torch.device | str) -> F0Estimator:
    return NetworkEstimator(F0Method.FCPE, load_fcpe(path).to(device))


def _rmvpe(path: Path, device: torch.device | str) -> F0Estimator:
    return NetworkEstimator(F0Method.RMVPE, load_rmvpe(path).to(device))


def _crepe_full(path: Path, device: torch.device | str) -> F0Estimator:
    return CrepeEstimator(F0Method.CREPE_FULL, load_crepe(path, crepe.FULL).to(device))


def _crepe_tiny(path: Path, device: torch.device | str) -> F0Estimator:
    return CrepeEstimator(F0Method.CREPE_TINY, load_crepe(path, crepe.TINY).to(device))


_LOADERS: dict[F0Method, Callable[[Path, torch.device | str], F0Estimator]] = {
    F0Method.FCPE: _fcpe,
    F0Method.RMVPE: _rmvpe,
    F0Method.SWIFT_F0: _swift,
    F0Method.CREPE_FULL: _crepe_full,
    F0Method.CREPE_TINY: _crepe_tiny,
}
