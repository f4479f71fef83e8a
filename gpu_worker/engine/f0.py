"""F0 by name: every estimator gives Hz every 10 ms, 0 where unvoiced."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_worker.contract.params import F0Method

from .fcpe import Fcpe, load_fcpe
from .rmvpe import Rmvpe, load_rmvpe
from .swift_f0 import HOP as SWIFT_HOP
from .swift_f0 import SwiftF0
from .weights import WeightSource

SAMPLE_RATE = 16000
HOP = 160
LOW_HZ = 50.0
HIGH_HZ = 1100.0
"""The range that published voices were trained on; outside it a frame counts as unvoiced."""

# Longer audio goes through in windows that share context, to bound memory.
_CORE = 60 * SAMPLE_RATE
_CONTEXT = 2 * SAMPLE_RATE

Floats = NDArray[np.float32]


class F0Estimator(Protocol):
    """Estimates the fundamental frequency of one voice."""

    @property
    def name(self) -> F0Method: ...

    def estimate(self, wave16k: Floats) -> Floats:
        """(T,) at 16 kHz -> Hz (T // 160 + 1,), frame i at sample 160 i, 0 where unvoiced."""
        ...


def load_f0(
    name: F0Method, weights: WeightSource, device: torch.device | str = "cpu"
) -> F0Estimator:
    """The estimator by name. Raises ``JobError(WEIGHTS_MISSING)``."""
    path = weights.find(name.value).path
    if name is F0Method.SWIFT_F0:
        return SwiftEstimator(SwiftF0(path))
    if name is F0Method.FCPE:
        return NetworkEstimator(name, load_fcpe(path).to(device))
    return NetworkEstimator(name, load_rmvpe(path).to(device))


class NetworkEstimator:
    """FCPE or RMVPE, on the device that the network lies on."""

    def __init__(self, name: F0Method, network: Fcpe | Rmvpe) -> None:
        self.name = name
        self._network = network

    def estimate(self, wave16k: Floats) -> Floats:
        return _in_range(_windowed(wave16k, self._frames))

    @torch.no_grad()
    def _frames(self, wave: Floats) -> Floats:
        device = self._network.window.device
        f0: Floats = self._network(torch.from_numpy(wave).to(device)[None])[0].cpu().numpy()
        return f0


class SwiftEstimator:
    """SwiftF0, brought from its frames of 16 ms to 10 ms."""

    name = F0Method.SWIFT_F0

    def __init__(self, network: SwiftF0) -> None:
        self._network = network

    def estimate(self, wave16k: Floats) -> Floats:
        wave = np.ascontiguousarray(wave16k, dtype=np.float32)
        frames = len(wave) // HOP + 1
        if len(wave) < SWIFT_HOP:
            return np.zeros(frames, np.float32)
        coarse = self._network(wave, LOW_HZ, HIGH_HZ)
        return resample_f0(coarse, SWIFT_HOP / HOP, frames)


def resample_f0(f0: Floats, step: float, frames: int) -> Floats:
    """F0 whose frame i lies at time ``i * step`` -> ``frames`` values at times 0, 1, 2, ...

    Linear in log frequency between voiced neighbours; voicing is the nearest frame's, so that a
    note's edge is never a glide from 0 Hz.
    """
    at = np.arange(frames) / step
    nearest = np.clip(np.rint(at).astype(int), 0, len(f0) - 1)
    voiced = f0 > 0
    if not voiced.any():
        return np.zeros(frames, np.float32)
    log = np.interp(at, np.flatnonzero(voiced), np.log2(f0[voiced]))
    held = np.log2(np.maximum(f0[nearest], 1e-3))
    low, high = np.floor(at).astype(int), np.ceil(at).astype(int)
    inside = voiced[np.clip(low, 0, len(f0) - 1)] & voiced[np.clip(high, 0, len(f0) - 1)]
    hz = np.exp2(np.where(inside, log, held))
    return np.where(voiced[nearest], hz, 0.0).astype(np.float32)


def _windowed(wave: Floats, estimate: Callable[[Floats], Floats]) -> Floats:
    """``estimate`` over windows of 60 s that share 2 s on either side, joined at their cores."""
    wave = np.ascontiguousarray(wave, dtype=np.float32)
    frames = len(wave) // HOP + 1
    if len(wave) <= _CORE + 2 * _CONTEXT:
        return estimate(wave)[:frames]
    parts = []
    for start in range(0, len(wave), _CORE):
        left = min(start, _CONTEXT)
        window = estimate(wave[start - left : start + _CORE + _CONTEXT])
        last = start + _CORE >= len(wave)
        parts.append(window[left // HOP : None if last else (left + _CORE) // HOP])
    return np.concatenate(parts)[:frames]


def _in_range(f0: Floats) -> Floats:
    return np.where((f0 >= LOW_HZ) & (f0 <= HIGH_HZ), f0, np.float32(0.0))
