"""Mel filter banks, for every spectrogram of the engine."""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MelScale = Literal["slaney", "htk"]

# Slaney's Auditory Toolbox (1998): linear below 1 kHz, logarithmic above.
_LINEAR_HZ_PER_MEL = 200.0 / 3.0
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27.0


def mel_filterbank(
    sample_rate: int,
    n_fft: int,
    bands: int,
    low_hz: float,
    high_hz: float,
    scale: MelScale = "slaney",
) -> Tensor:
    """Triangular filters of unit area, (bands, n_fft // 2 + 1), float32.

    Areas are normalised after Slaney (height 2 / bandwidth) on either mel scale.
    """
    mels = np.linspace(_to_mel(low_hz, scale), _to_mel(high_hz, scale), bands + 2)
    edges = _to_hz(mels, scale)
    bins = np.linspace(0.0, sample_rate / 2.0, n_fft // 2 + 1)
    rising = (bins[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.clip(np.minimum(rising, falling), 0.0, None)
    triangles *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return torch.from_numpy(triangles.astype(np.float32))


def _to_mel(hz: float, scale: MelScale) -> float:
    if scale == "htk":
        return float(2595.0 * np.log10(1.0 + hz / 700.0))
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return float(_BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _to_hz(mels: NDArray[np.float64], scale: MelScale) -> NDArray[np.float64]:
    if scale == "htk":
        hz: NDArray[np.float64] = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
        return hz
    linear = mels * _LINEAR_HZ_PER_MEL
    logarithmic = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mels, _BREAK_MEL) - _BREAK_MEL))
    return np.where(mels < _BREAK_MEL, linear, logarithmic)
