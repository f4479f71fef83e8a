"""Steady noise under a voice, also where the singing leaves no gap.

Minimum statistics (Martin 2001, "Noise power spectral density estimation based on optimal
smoothing and minimum statistics"), with a low quantile in place of the minimum: a voice moves, so
that each narrow band is left alone for some of the time, and what remains there is noise.
"""

import numpy as np
from numpy.typing import NDArray

from .frames import power_spectra, ratio_db

Floats = NDArray[np.float32]

SHORTEST_S = 3.0
_FRAME_S = 0.043
# Training cuts off below; rumble does no harm.
_LOWEST_HZ = 45.0
_VOICE_DB = 30.0
_DIGITAL_SILENCE = 1e-10
_QUANTILE, _UPPER = 0.05, 0.2
# Exponential power (noise) has these quantiles in units of its mean.
_NOISE_QUANTILE = -np.log(1 - _QUANTILE)
_NOISE_SPREAD = np.log(np.log(1 - _UPPER) / np.log(1 - _QUANTILE))
BEST_DB = 80.0


def frame_size(rate: int) -> int:
    """About 43 ms as a power of two: voices and hum keep apart in its bins."""
    return int(2 ** round(np.log2(_FRAME_S * rate)))


def noise_spectra(wave: Floats, rate: int) -> Floats:
    """Power (frames, bins) of a part (T,) for ``snr_db`` and ``bandwidth_hz``."""
    size = frame_size(rate)
    return power_spectra(wave, size, size // 2)


def snr_db(spectra: Floats, rate: int) -> float | None:
    """Voice over steady noise in dB, at most 80; ``None`` with less than 3 s of sound."""
    hertz = np.fft.rfftfreq(2 * (spectra.shape[1] - 1), 1 / rate)
    heard = spectra[:, hertz > _LOWEST_HZ]
    total = heard.sum(axis=1)
    heard, total = heard[total > _DIGITAL_SILENCE], total[total > _DIGITAL_SILENCE]
    if len(heard) * _FRAME_S / 2 < SHORTEST_S:
        return None
    voice = float(total[total > np.quantile(total, 0.95) * 10 ** (-_VOICE_DB / 10)].mean())
    noise = float(_noise_power(heard).sum())
    ratio = max(voice - noise, 1e-3 * voice) / max(noise, 1e-12 * voice)
    return min(BEST_DB, ratio_db(ratio))


def _noise_power(spectra: Floats) -> Floats:
    """Mean noise power of each bin (bins,) from its low quantiles.

    The quantile lies 13 dB below the mean for noise, at the mean for a steady tone (hum): which
    one it is shows in how far two quantiles lie apart.
    """
    low, upper = np.quantile(spectra, [_QUANTILE, _UPPER], axis=0)
    spread = np.log(np.maximum(upper, 1e-30) / np.maximum(low, 1e-30)) / _NOISE_SPREAD
    power: Floats = low * _NOISE_QUANTILE ** -np.clip(spread, 0, 1)
    return power
