"""Which sounds are AI-generated: said once, for the web's rows and the tags of the worker's files.

Converted singing is, and what it is mixed into. Taking apart and cleaning make nothing up: what
comes out is AI-generated where what went in was.
"""

from typing import Final

from .params import CoverParams

AI_GENERATED: Final = "AI-generated: singing voice conversion (trainedAlgorithmicMedia)"
"""Comment in such a file's metadata; the last word is IPTC's digital source type."""

_SUNG: Final = frozenset({"mix", "acapella", "lead"})
_OF_THE_SONG: Final = frozenset({"vocals", "instrumental"})


def generated_stems(params: CoverParams, *, song: bool, backing: bool) -> frozenset[str]:
    """The AI-generated ones of a cover's stems.

    ``song`` and ``backing`` say whether what it is made of already is.
    """
    stems = _SUNG | _OF_THE_SONG if song else _SUNG
    return stems | {"backing"} if backing or params.convert_backing else stems


def says_generated(comment: str) -> bool:
    """Whether a file's comment tells of AI, ours or another program's in our words."""
    return comment.startswith("AI-generated")
