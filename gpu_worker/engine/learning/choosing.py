"""What ``auto`` means for a training's content encoder, by the weights that this machine has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...contract.errors import Code, JobError
from ...contract.params import ContentEncoderName, TrainBase, TrainParams
from ..speech.content import DIMS
from ..weights import WeightSource
from .bases import KINDS, find_base
from .train_state import encoder_of

FALLBACK: Final = ContentEncoderName.WHISPER_BASE
"""Where no base fits: it comes with a package."""


def chosen(params: TrainParams, weights: WeightSource, resume: Path | None = None) -> TrainParams:
    """The same with an encoder by name; unchanged where one was asked for.

    A training that goes on from ``resume`` keeps the encoder that it began with, whatever was
    installed since. Else it is the encoder of a base that fits and is there: ContentVec for a full
    voice with the published weights, the starter's for a draft. Raises ``JobError``:
    CHECKPOINT_UNREADABLE, and CHECKPOINT_MISMATCH where its encoder is not installed.
    """
    if params.content_encoder is not ContentEncoderName.AUTO:
        return params
    name = _by_base(params, weights) if resume is None else _by_checkpoint(resume, weights)
    return params.model_copy(update={"content_encoder": name})


def _by_base(params: TrainParams, weights: WeightSource) -> ContentEncoderName:
    if params.base in KINDS:
        return KINDS[params.base].encoder
    for kind in KINDS.values():
        asked = params.model_copy(update={"content_encoder": kind.encoder})
        if not kind.fits(asked) or _sha256(kind.encoder, weights) is None:
            continue
        if params.base is TrainBase.SCRATCH or find_base(asked, weights) is not None:
            return kind.encoder
    return FALLBACK


def _by_checkpoint(resume: Path, weights: WeightSource) -> ContentEncoderName:
    wanted = encoder_of(resume)
    for name, sha256 in _installed(weights):
        if sha256 == wanted:
            return name
    raise JobError(Code.CHECKPOINT_MISMATCH, f"made with the encoder {wanted:.12}")


def _installed(weights: WeightSource) -> Iterator[tuple[ContentEncoderName, str]]:
    for name in DIMS:
        sha256 = _sha256(name, weights)
        if sha256 is not None:
            yield name, sha256


def _sha256(name: ContentEncoderName, weights: WeightSource) -> str | None:
    try:
        return weights.find(name).sha256
    except JobError as error:
        if error.code is not Code.WEIGHTS_MISSING:
            raise
        return None
