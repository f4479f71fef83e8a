"""Noise out of recordings of any length, at any rate, without touching held notes.

DeepFilterNet learned from speech: it takes a sung note that lasts for a thing like hum and all
but removes it. Where a pitch is heard, each bin therefore keeps at least what a Wiener filter
leaves of it, with the noise as it is heard between the notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import ndimage

from gpu_worker.contract.params import F0Method

from ..melody.swift_f0 import HOP as PITCH_HOP
from ..melody.swift_f0 import SAMPLE_RATE as PITCH_RATE
from ..melody.swift_f0 import SwiftF0
from ..progress import Listener, ignore
from ..stop import StopCheck, check, never
from ..weights import WeightSource
from .blocks import AudioLine, Floats
from .deep_filter import HOP, RATE, Complex, DeepFilterNet, Norms, analyse, synthesise

DEEP_FILTER = "deepfilternet3"
"""The manifest's name of the weights."""

_BLOCK_S = 10
_WARM_S = 2
_AFTER_S = 1
# Mains hum of 50 or 60 Hz lies below what counts as a note, its rectified kin at twice that is
# told by its exact pitch.
_LOWEST_HZ, _HIGHEST_HZ = 70.0, 2000.0
_HUM_HZ = (100.0, 120.0)
_HUM_WIDTH = 0.005
# Frames of 10 ms; a pitch is also taken for heard this much before and after.
_HANGOVER = 5
_FADE = 5
_FEWEST_PAUSES = 30
# The lowest fifth of a noise's periodogram lies at -ln(0.8) of its mean.
_QUANTILE = 0.2
_QUANTILE_OF_MEAN = 0.223
_OVER_SUBTRACTION = 2.5
# Over 90 ms of a bin a soft note stands out that drowns in 30 ms; under it 15 dB less noise stay,
# which the note covers: without them its weakest harmonics come and go.
_LASTING_FRAMES = 9
_LEAST_SHARE = 0.03
# Notes last; what stands out from its 90 ms in a bin by 10 dB is a click.
_CLICK_FRAMES = 9
_CLICK = 10.0
_DIGITAL_SILENCE = 1e-14


@dataclass(slots=True)
class _State:
    """What one block hands to the next."""

    norms: Norms
    noise: NDArray[np.float64]


class Denoiser:
    """DeepFilterNet 3 with a guard for sung notes."""

    def __init__(self, network: DeepFilterNet, pitch: SwiftF0) -> None:
        self._network = network
        self._pitch = pitch

    def __call__(
        self,
        wave: AudioLine,
        rate: int,
        strength: float = 1.0,
        into: AudioLine | None = None,
        progress: Listener = ignore,
        stop: StopCheck = never,
    ) -> AudioLine:
        """(T,) at ``rate`` Hz -> the same length, sample for sample in place.

        ``strength`` 0 changes nothing, 1 takes all that is heard as noise, between them both are
        mixed. Written to ``into`` where given (it may be ``wave``), so that with arrays on disk
        memory is bounded. ``progress`` hears fractions in 0..1. Raises ``Stopped``.
        """
        if into is None:
            into = np.zeros(wave.shape, np.float32)
        total = wave.shape[0]
        done = 0
        for noisy, clean in self._blocks(wave, rate, stop):
            part = slice(done, done + len(noisy))
            into[part] = noisy + np.float32(strength) * (clean - noisy) if strength else noisy
            done += len(noisy)
            progress(done / total)
        return into

    def _blocks(
        self, wave: AudioLine, rate: int, stop: StopCheck
    ) -> Iterator[tuple[Floats, Floats]]:
        """Blocks (n,) of the input and of the result, one after the other."""
        state = _State(Norms.initial(), np.zeros(HOP + 1))
        total = wave.shape[0]
        before = np.zeros(0, np.float32)
        for start in range(0, total, _BLOCK_S * rate):
            check(stop)
            end = min(total, start + _BLOCK_S * rate)
            # Copies: ``into`` may be the input, and what came before is needed as it was.
            here = np.array(wave[start : end + _AFTER_S * rate], np.float32)
            clean = self._block(np.concatenate([before, here]), rate, len(before) // rate, state)
            yield here[: end - start], clean[len(before) : len(before) + end - start]
            before = here[: end - start][-_WARM_S * rate :]

    def _block(self, wave: Floats, rate: int, warm_s: int, state: _State) -> Floats:
        """(n,) -> (n,). ``warm_s`` seconds at its start are there to warm up."""
        heard = wave if rate == RATE else soxr.resample(wave, rate, RATE)
        # Frames lie round their sample: one more for the last samples.
        padded = np.pad(heard, (0, HOP - len(heard) % HOP + HOP))
        spectrum = analyse(padded)
        next_start = warm_s * RATE + _BLOCK_S * RATE - _WARM_S * RATE
        keep = min(next_start // HOP, len(spectrum))
        clean, state.norms = self._network(spectrum, state.norms, keep)
        voiced = self._voiced(heard, len(spectrum))
        state.noise = noise_in_pauses(spectrum, voiced, state.noise)
        guarded = keep_notes(spectrum, clean, voiced, state.noise)
        quiet = synthesise(guarded)[: len(heard)]
        if rate != RATE:
            quiet = soxr.resample(quiet, RATE, rate)[: len(wave)]
        return np.pad(quiet, (0, len(wave) - len(quiet)))

    def _voiced(self, wave: Floats, frames: int) -> Floats:
        """How much a pitch is heard at each of the 10 ms frames: (L,) in 0..1."""
        low = soxr.resample(wave, RATE, PITCH_RATE)
        hz = self._pitch(np.pad(low, (0, PITCH_RATE)), _LOWEST_HZ, _HIGHEST_HZ)
        note = hz > 0
        for hum in _HUM_HZ:
            note &= np.abs(hz - hum) > _HUM_WIDTH * hum
        at = np.round(np.arange(frames) * (HOP / RATE * PITCH_RATE / PITCH_HOP)).astype(int)
        heard = ndimage.binary_dilation(note[np.minimum(at, len(hz) - 1)], iterations=_HANGOVER)
        faded = ndimage.uniform_filter1d(heard.astype(np.float32), 2 * _FADE + 1)
        return np.asarray(faded, np.float32)


def load_denoiser(weights: WeightSource, threads: int = 1) -> Denoiser:
    """Raises ``JobError(WEIGHTS_MISSING)``."""
    return Denoiser(
        DeepFilterNet(weights.find(DEEP_FILTER).path, threads),
        SwiftF0(weights.find(F0Method.SWIFT_F0).path, threads),
    )


def noise_in_pauses(
    spectrum: Complex, voiced: Floats, before: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean power of the noise in each bin (481,), by the quieter frames that have no pitch.

    ``before`` is the former estimate, kept where a block has hardly a pause.
    """
    power = np.square(np.abs(spectrum[voiced == 0]))
    power = power[power.mean(axis=1) > _DIGITAL_SILENCE]
    if len(power) < _FEWEST_PAUSES:
        return before
    mean = np.quantile(power, _QUANTILE, axis=0) / _QUANTILE_OF_MEAN
    return np.asarray(ndimage.uniform_filter1d(mean, 5), np.float64)


def keep_notes(
    noisy: Complex, clean: Complex, voiced: Floats, noise: NDArray[np.float64]
) -> Complex:
    """``clean`` (L, 481), but no bin of a voiced frame below what a Wiener filter leaves of it."""
    power = np.square(np.abs(noisy)) + 1e-20
    smooth = ndimage.uniform_filter(power, (3, 3))
    lasting = ndimage.median_filter(smooth, (_CLICK_FRAMES, 1))
    mean = ndimage.uniform_filter1d(power, _LASTING_FRAMES, axis=0)
    # Running sums may end a little below 0 behind something loud.
    mean, lasting = np.maximum(mean, 1e-20), np.maximum(lasting, 0)
    share = np.maximum(_LEAST_SHARE, 1 - _OVER_SUBTRACTION * noise / mean)
    share *= np.minimum(1, _CLICK * lasting / power)
    floor = noisy * (np.sqrt(share) * voiced[:, None]).astype(np.float32)
    return np.where(np.abs(clean) < np.abs(floor), floor, clean)
