"""A finished sound leaves the engine: rate, loudness, peaks, bit depth and format as asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import ExportKnobs

from ..spool import spool
from ..stop import StopCheck, check, never
from .encoding import allowed_rate, encode_blocks, is_lossy
from .limiter import apply_gain, gain_curve, survey
from .lufs import LoudnessMeter, TruePeakMeter, blocks_of, channels_of
from .resampling import resample_blocks

Floats = NDArray[np.float32]

LOSSY_HEADROOM_DB: Final = 1.0
"""How far below the limit a lossy format's peaks are kept, since decoding moves them."""


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """What was written: seconds, Hz, channels, integrated LUFS and true peak in dBTP.

    ``lufs`` is None where nothing is loud or long enough to be measured, ``true_peak_db`` None for
    silence. Of a lossy file they are those of what went into the encoder.
    """

    duration: float
    rate: int
    channels: int
    lufs: float | None
    true_peak_db: float | None


def export(
    path: Path,
    audio: Floats | Iterable[Floats],
    rate: int,
    knobs: ExportKnobs,
    tags: Mapping[str, str] | None = None,
    stop: StopCheck = never,
    ai_generated: bool = True,
) -> SoundFacts:
    """Write ``audio`` at ``rate`` Hz whole to ``path``, tagged as AI-generated where it is.

    ``audio`` is (T,) or (T, C), C 1 or 2, in memory or on disk, or blocks (n, C) that are read
    once; 3 h pass in constant memory. The rate becomes ``knobs.output_rate``, or the nearest one
    that the format has. The loudness target is met where a limiter that takes at most 18 dB can;
    the peaks stay below ``knobs.true_peak_db`` in any case. Raises ``JobError`` with
    UNEXPECTED for NaN or nothing at all, and ``Stopped``.
    """
    wanted = allowed_rate(knobs.output_format, int(knobs.output_rate) or rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
        wave = _at_rate(audio, rate, wanted, Path(folder), stop)
        return _write(path, wave, wanted, knobs, tags, stop, ai_generated)


def _write(
    path: Path,
    wave: Floats,
    rate: int,
    knobs: ExportKnobs,
    tags: Mapping[str, str] | None,
    stop: StopCheck,
    ai_generated: bool,
) -> SoundFacts:
    channels = channels_of(wave)
    heard = survey(_finite(blocks_of(wave), stop), rate, channels)
    limit_db = knobs.true_peak_db - LOSSY_HEADROOM_DB * is_lossy(knobs.output_format)
    curve = gain_curve(heard, knobs.loudness_lufs or None, limit_db)
    loudness, peak = LoudnessMeter(rate, channels), TruePeakMeter(rate, channels)

    def measured() -> Iterator[Floats]:
        for block in apply_gain(blocks_of(wave), curve, heard.hop):
            check(stop)
            loudness.add(block)
            peak.add(block)
            yield block

    format, depth = knobs.output_format, knobs.bit_depth
    encode_blocks(path, measured(), rate, channels, format, depth, tags, ai_generated)
    return SoundFacts(len(wave) / rate, rate, channels, loudness.lufs(), peak.decibels())


def _at_rate(
    audio: Floats | Iterable[Floats], rate: int, wanted: int, folder: Path, stop: StopCheck
) -> Floats:
    """The whole at the wanted rate: as it is, or on disk, since two passes need it."""
    if isinstance(audio, np.ndarray) and rate == wanted and len(audio):
        return audio
    blocks = blocks_of(audio) if isinstance(audio, np.ndarray) else audio
    wave = spool(folder / "audio.f32", resample_blocks(_finite(blocks, stop), rate, wanted))
    if not len(wave):
        raise JobError(Code.UNEXPECTED, "nothing to write")
    return wave


def _finite(blocks: Iterable[Floats], stop: StopCheck) -> Iterator[Floats]:
    for block in blocks:
        check(stop)
        if not np.isfinite(block).all():
            raise JobError(Code.UNEXPECTED, "the result is not finite")
        yield block if block.ndim == 2 else block[:, None]
