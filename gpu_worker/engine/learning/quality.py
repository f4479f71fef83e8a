"""One figure for a voice, 0..100, of what was measured on held-out recordings.

docs/quality.md explains it to people; the formula stands here once.
"""

from dataclasses import dataclass
from typing import Final

from ...contract.scores import Scores

# From worst to best of what counts: outside it nothing is lost or gained.
MEL_RANGE: Final = (2.0, 0.4)
SIMILARITY_RANGE: Final = (0.5, 1.0)
CORRELATION_RANGE: Final = (0.0, 1.0)

MEL_WEIGHT: Final = 0.4
SIMILARITY_WEIGHT: Final = 0.4
CORRELATION_WEIGHT: Final = 0.2

DNSMOS_FLOOR: Final = 2.5
"""Speech that is rated so well is not asked to be cleaner."""
DNSMOS_POWER: Final = 0.25
"""The rating of a voice in the making jumps by a point from one checkpoint to the next."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one checkpoint was measured at; ``None`` is what could not be.

    ``dnsmos_real`` is the rating of the very recordings that were rendered.
    """

    mel_distance: float
    f0_correlation: float | None = None
    speaker_similarity: float | None = None
    dnsmos: float | None = None
    dnsmos_real: float | None = None

    def scores(self) -> Scores:
        return Scores(
            mel_distance=self.mel_distance,
            f0_correlation=self.f0_correlation,
            speaker_similarity=self.speaker_similarity,
            dnsmos=self.dnsmos,
            quality=quality(self),
        )


def quality(measured: Measured) -> float:
    """The weighted geometric mean of the parts that are known, times the floor of speech.

    Geometric, because one good part does not make up for another that fails: an untrained draft
    follows the pitch perfectly and sounds like nobody.
    """
    parts = [
        (MEL_WEIGHT, measured.mel_distance, MEL_RANGE),
        (SIMILARITY_WEIGHT, measured.speaker_similarity, SIMILARITY_RANGE),
        (CORRELATION_WEIGHT, measured.f0_correlation, CORRELATION_RANGE),
    ]
    known = [(weight, _within(value, ends)) for weight, value, ends in parts if value is not None]
    total = sum(weight for weight, _ in known)
    product = 1.0
    for weight, share in known:
        product *= share ** (weight / total)
    return 100.0 * product * _floor(measured.dnsmos, measured.dnsmos_real)


def _within(value: float, ends: tuple[float, float]) -> float:
    """Where a value lies from worst (0) to best (1)."""
    worst, best = ends
    return min(1.0, max(0.0, (value - worst) / (best - worst)))


def _floor(rendered: float | None, real: float | None) -> float:
    """1 where rendered speech reaches the floor, or its own recordings; down to 0 at the worst."""
    if rendered is None or real is None:
        return 1.0
    floor = max(1.01, min(DNSMOS_FLOOR, real))
    share: float = _within(rendered, (1.0, floor)) ** DNSMOS_POWER
    return share
