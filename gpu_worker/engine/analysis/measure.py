"""Everything that is measured of one recording, in constant memory."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from ..learning.evaluation import SpeakerEncoder
from ..melody.f0 import F0Estimator
from ..sound.audio import Source, decode_to_disk, probe
from ..stop import StopCheck, check
from .activity import HOP, RATE, Activity, find_activity
from .bandwidth import bandwidth_hz
from .bleed import Bleed, find_bleed
from .clipping import clipped_share
from .duplicates import Fingerprint, fingerprint
from .frames import stretches
from .noise import noise_spectra, snr_db
from .reverb import SHORTEST_S, Reverb, decays, reverb_of
from .singers import embed_windows

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tools:
    """What listens: an F0 estimator and the speaker encoder."""

    f0: F0Estimator
    ear: SpeakerEncoder


@dataclass(frozen=True, slots=True)
class Figures:
    """One recording in numbers; ``None`` where there is too little of it to tell.

    ``f0`` in Hz every 10 ms, 0 in gaps; ``voices`` are speaker embeddings (windows, 256);
    ``decays`` is what a recording too short for ``reverb`` adds to a judgement of many.
    """

    source: Source
    duration_s: float
    activity: Activity
    f0: Floats
    clipping: float
    snr_db: float | None
    bandwidth_hz: float | None
    reverb: Reverb | None
    decays: list[Floats]
    bleed: Bleed
    voices: Floats
    print: Fingerprint


def measure(path: Path, tools: Tools, stop: StopCheck) -> Figures:
    """Decode and measure. Raises ``JobError`` as ``audio.decode`` does, and ``Stopped``."""
    source = probe(path)
    with TemporaryDirectory(prefix="analysis-") as folder:
        wave = decode_to_disk(path, Path(folder), source.rate, stop=stop)
        wave16k = decode_to_disk(path, Path(folder), RATE, stop=stop)
        return _measure(wave, wave16k, source, tools, stop)


def _measure(
    wave: Floats, wave16k: Floats, source: Source, tools: Tools, stop: StopCheck
) -> Figures:
    f0 = tools.f0.estimate(wave16k)
    activity = find_activity(wave16k, f0)
    check(stop)
    parts = [wave[part] for part in stretches(len(wave), source.rate)]
    spectra = np.concatenate([noise_spectra(part, source.rate) for part in parts])
    check(stop)
    low = stretches(len(wave16k), RATE)
    falls = decays([wave16k[part] for part in low])
    figures = Figures(
        source=source,
        duration_s=len(wave) / source.rate,
        activity=activity,
        f0=_sung(f0, activity),
        clipping=clipped_share(parts),
        snr_db=snr_db(spectra, source.rate),
        bandwidth_hz=bandwidth_hz(spectra, source.rate),
        reverb=reverb_of(falls),
        decays=falls if len(wave16k) < SHORTEST_S * RATE else [],
        bleed=find_bleed(
            (wave16k[part], f0[part.start // HOP : part.stop // HOP + 1]) for part in low
        ),
        voices=embed_windows(wave16k, activity, tools.ear),
        print=fingerprint(wave16k, activity),
    )
    check(stop)
    return figures


def _sung(f0: Floats, activity: Activity) -> Floats:
    """F0 where the voice is there: what an estimator hears in gaps does not count."""
    length = min(len(f0), len(activity.active))
    return np.where(activity.active[:length], f0[:length], np.float32(0))
