"""Recordings made ready for training: high-pass, denoise, gate, silences cut."""

from collections.abc import Callable

import numpy as np
from scipy import signal

from gpu_worker.contract.params import PreprocessParams

from ..progress import Listener, ignore
from ..stop import StopCheck, never
from .blocks import AudioLine, block_slices
from .denoise import DEEP_FILTER, Denoiser, load_denoiser
from .gate import gate
from .silences import cut_silences

__all__ = [
    "DEEP_FILTER",
    "GATE_OFF_DB",
    "AudioLine",
    "Denoiser",
    "clean",
    "cut_silences",
    "gate",
    "high_pass",
    "load_denoiser",
]

GATE_OFF_DB = -90.0
_HIGH_PASS_ORDER = 4
# Below it nothing sounds, and the filter's equations become singular.
_LOWEST_HIGH_PASS_HZ = 1.0

# Shares of the whole work.
_STEPS = {"high-pass": 0.05, "denoise": 0.85, "gate": 0.05, "slice": 0.05}


def clean(
    wave: AudioLine,
    rate: int,
    knobs: PreprocessParams,
    load: Callable[[], Denoiser],
    into: AudioLine | None = None,
    progress: Listener = ignore,
    stop: StopCheck = never,
) -> AudioLine:
    """A mono recording (T,) at ``rate`` Hz -> (T',), T' <= T, shorter where silences are cut.

    High-pass, denoise, gate and cut, as ``knobs`` says; separation comes before and loudness
    after this. ``load`` is called only where something is to be denoised. ``into`` (T,) holds the
    result (it may be ``wave``), a new array else: with arrays on disk memory is bounded for hours
    of sound. ``progress`` hears fractions in 0..1. Raises ``Stopped``, ``JobError(AUDIO_SILENT)``
    where nothing but silence is left, and what ``load`` raises.
    """
    if into is None:
        into = np.zeros(wave.shape, np.float32)
    heard = _Shares(progress)
    high_pass(wave, rate, knobs.high_pass_hz, into, heard.step("high-pass"), stop)
    if knobs.denoise > 0:
        load()(into, rate, knobs.denoise, into, heard.step("denoise"), stop)
    if knobs.gate_db > GATE_OFF_DB:
        gate(into, rate, knobs.gate_db, into, heard.step("gate"), stop)
    length = into.shape[0]
    if knobs.slice:
        length = cut_silences(into, rate, into, heard.step("slice"), stop)
    progress(1.0)
    cleaned: AudioLine = into[:length]
    return cleaned


def high_pass(
    wave: AudioLine,
    rate: int,
    cutoff_hz: float,
    into: AudioLine,
    progress: Listener = ignore,
    stop: StopCheck = never,
) -> None:
    """Butterworth, 24 dB an octave, causal; below 1 Hz only copies: (T,) -> ``into`` (T,).

    The filter starts as if the first sample had always been there: an offset makes no thump.
    """
    sections = None
    if cutoff_hz >= _LOWEST_HIGH_PASS_HZ:
        sections = signal.butter(_HIGH_PASS_ORDER, cutoff_hz, "highpass", fs=rate, output="sos")
        state = signal.sosfilt_zi(sections) * float(wave[0])
    for start, end in block_slices(wave.shape[0], rate, progress, stop):
        block = np.array(wave[start:end], np.float32)
        if sections is not None:
            block, state = signal.sosfilt(sections, block, zi=state)
        into[start:end] = block


class _Shares:
    """Progress of the steps as progress of the whole."""

    def __init__(self, progress: Listener) -> None:
        self._progress = progress

    def step(self, name: str) -> Listener:
        names = list(_STEPS)
        before = sum(_STEPS[each] for each in names[: names.index(name)])
        return lambda fraction: self._progress(before + _STEPS[name] * fraction)
