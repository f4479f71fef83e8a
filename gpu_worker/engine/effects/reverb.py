"""A room out of decaying noise.

Source: Moorer, "About this reverberation business", Computer Music Journal 3(2), 1979: noise that
dies exponentially, convolved. It is denser than any network of delays and rings at no pitch.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from .base import Planes

Response = NDArray[np.float32]

_SEED: Final = 77
_PRE_DELAY_S: Final = 0.015
_ONSET_S: Final = 0.01
_LOW_CUT_HZ: Final = 150.0
_HIGH_CUT_HZ: Final = 9000.0
_BRIGHT_HZ: Final = 4000.0
_BRIGHT_SHARE: Final = 0.5
"""Above 4 kHz the air and the walls take the sound away in half the time."""
_LENGTH: Final = 1.15
"""Of the reverberation time: by then it has fallen by 69 dB."""


class Reverb:
    """``amount`` 1 adds a room as strong as the direct sound; its two sides are unlike.

    ``seconds`` is the time to fall by 60 dB (RT60).
    """

    def __init__(self, rate: int, amount: float, seconds: float) -> None:
        self.response = impulse_response(rate, seconds)
        self.ring_out = self.response.shape[1] / rate
        self._amount = amount
        self._rest: NDArray[np.float32] = np.zeros((2, self.response.shape[1]), np.float32)
        self._spectrum: NDArray[np.complex64] = np.zeros((2, 0), np.complex64)
        self._size = 0

    def __call__(self, planes: Planes) -> Planes:
        """Overlap-add: cheapest for stretches as long as the room or longer."""
        length = planes.shape[1]
        size = fft.next_fast_len(length + self.response.shape[1], real=True)
        if size != self._size:
            self._size, self._spectrum = size, fft.rfft(self.response, size, axis=1)
        middle = planes.mean(axis=0).astype(np.float32)
        room = fft.irfft(fft.rfft(middle, size) * self._spectrum, size, axis=1)
        reach = self._rest.shape[1]
        room[:, :reach] += self._rest
        self._rest = room[:, length : length + reach].copy()
        added: Planes = planes + self._amount * room[:, :length]
        return added


def impulse_response(rate: int, seconds: float) -> Response:
    """(2, T) of energy 1 a side, the same every time."""
    late = np.arange(round(_LENGTH * seconds * rate)) / rate
    noise = np.random.default_rng(_SEED).standard_normal((2, len(late)))
    split = min(_BRIGHT_HZ, 0.4 * rate)
    dark = signal.sosfilt(signal.butter(1, split, fs=rate, output="sos"), noise, axis=1)
    decayed = dark * _decay(late, seconds) + (noise - dark) * _decay(late, _BRIGHT_SHARE * seconds)
    decayed *= np.minimum(late / _ONSET_S, 1.0)
    band = [_LOW_CUT_HZ, min(_HIGH_CUT_HZ, 0.45 * rate)]
    shaped = signal.sosfilt(
        signal.butter(1, band, btype="bandpass", fs=rate, output="sos"), decayed, axis=1
    )
    shaped /= np.sqrt(np.square(shaped).sum(axis=1, keepdims=True))
    pre_delay = np.zeros((2, round(_PRE_DELAY_S * rate)))
    return np.concatenate([pre_delay, shaped], axis=1).astype(np.float32)


def _decay(late: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    decay: NDArray[np.float64] = 10 ** (-3 * late / seconds)
    return decay
