"""How good a voice is, measured on recordings that it never trained on."""

from typing import Annotated

from pydantic import Field

from .base import Frozen

Share = Annotated[float, Field(ge=0, le=1)]


class Scores(Frozen):
    """Of one checkpoint. ``quality`` 0..100 combines the others; docs/quality.md has the formula.

    ``mel_distance`` mean absolute log-mel difference, ``f0_correlation`` of log F0 in -1..1,
    ``speaker_similarity`` cosine to the singer over the singer's own self-similarity (1: as like as
    the singer to themself), ``dnsmos`` overall 1..5 where the data is speech. Null is what could
    not be measured: the worker lacks the network, or the recordings have no melody.
    """

    mel_distance: float
    f0_correlation: float | None = None
    speaker_similarity: float | None = None
    dnsmos: float | None = None
    quality: float = Field(ge=0, le=100)


class Candidate(Frozen):
    """A kept checkpoint that the customer may choose instead: its object's name and scores."""

    step: int
    name: str
    scores: Scores
