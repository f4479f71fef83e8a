"""Weights that a training starts from: RVC v2's pretrained generator and discriminator, or ours.

Published files are ``{"model": state_dict, "iteration", "optimizer", "learning_rate"}``; the
generator has its posterior encoder and 109 speakers. The starter's are safetensors of half
precision.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ...contract.errors import Code, JobError
from ...contract.params import ContentEncoderName, Preset, TrainBase, TrainParams
from ..nets.discriminator import MultiPeriodDiscriminator
from ..nets.synthesizer import Synthesizer
from ..weights import WeightSource

VOICES: Final = "emb_g.voices"
"""In a base of ours: a row for each voice that it was learned from."""
_RENAMED: Final = (
    (".parametrizations.weight.original0", ".weight_g"),
    (".parametrizations.weight.original1", ".weight_v"),
)


@dataclass(frozen=True, slots=True)
class Base:
    """Files of a generator and a discriminator, and whose they are."""

    generator: Path
    discriminator: Path
    origin: TrainBase = TrainBase.PUBLISHED

    def load_into(
        self, generator: Synthesizer, discriminator: MultiPeriodDiscriminator
    ) -> Tensor | None:
        """Replace both networks' weights; returns the embeddings (N, C) of the voices that the
        base was learned from, where it has them.

        Raises ``WEIGHTS_MISSING`` where they do not fit.
        """
        _load(discriminator, _read(self.discriminator), self.discriminator)
        stored = dict(_read(self.generator))
        voices = stored.pop(VOICES, None)
        _load(generator, stored, self.generator)
        return voices


@dataclass(frozen=True, slots=True)
class Kind:
    """Which trainings a kind of base fits, and the names of its weights by kilohertz."""

    preset: Preset
    encoder: ContentEncoderName
    prefix: str
    rates: tuple[int, ...]

    def fits(self, params: TrainParams) -> bool:
        return (
            params.preset is self.preset
            and params.content_encoder is self.encoder
            and int(params.sample_rate) in self.rates
        )


KINDS: Final = {
    TrainBase.PUBLISHED: Kind(
        Preset.FULL, ContentEncoderName.CONTENTVEC, "rvc", (32_000, 40_000, 48_000)
    ),
    TrainBase.STARTER: Kind(Preset.DRAFT, ContentEncoderName.STARTER, "starter", (40_000,)),
}


def find_base(params: TrainParams, weights: WeightSource | None) -> Base | None:
    """The base that ``params.base`` asks for, ``None`` for random weights.

    ``auto`` takes the one that fits where it is installed. Raises ``JobError``, for a base asked
    for by name only: BASE_MISMATCH where preset, encoder or rate differ, WEIGHTS_MISSING.
    """
    if params.base is TrainBase.SCRATCH:
        return None
    if params.base is not TrainBase.AUTO:
        if not KINDS[params.base].fits(params):
            detail = f"{params.preset}, {params.content_encoder}, {params.sample_rate}"
            raise JobError(Code.BASE_MISMATCH, detail)
        return _find(params.base, int(params.sample_rate), weights)
    for origin, kind in KINDS.items():
        if kind.fits(params):
            return _if_there(origin, int(params.sample_rate), weights)
    return None


def _if_there(origin: TrainBase, sample_rate: int, weights: WeightSource | None) -> Base | None:
    try:
        return _find(origin, sample_rate, weights)
    except JobError as error:
        if error.code is not Code.WEIGHTS_MISSING:
            raise
        return None


def _find(origin: TrainBase, sample_rate: int, weights: WeightSource | None) -> Base:
    if weights is None:
        raise JobError(Code.WEIGHTS_MISSING, "no source of weights")
    prefix, kilohertz = KINDS[origin].prefix, f"{sample_rate // 1000}k"
    return Base(
        weights.find(f"{prefix}-generator-{kilohertz}").path,
        weights.find(f"{prefix}-discriminator-{kilohertz}").path,
        origin,
    )


def _load(net: nn.Module, stored: Mapping[str, Tensor], path: Path) -> None:
    """Name by name and shape by shape; nothing of the file's code runs."""
    expected = {name: tensor.shape for name, tensor in net.state_dict().items()}
    given = {name: tensor.shape for name, tensor in stored.items()}
    if expected != given:
        names = expected | given
        differing = sorted(name for name in names if expected.get(name) != given.get(name))
        raise _unfit(path, f"{len(differing)} parameters do not fit, first {differing[:3]}")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in stored.values()):
        raise _unfit(path, "not finite")
    net.load_state_dict(stored, strict=True)


def _read(path: Path) -> Mapping[str, Tensor]:
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        model = content["model"]
        items = [(_canonical(name), tensor) for name, tensor in model.items()]
    except (
        OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError,
        KeyError, TypeError, AttributeError,
    ) as error:  # fmt: skip
        raise _unfit(path, f"{type(error).__name__}: {error}") from error
    if not all(isinstance(tensor, Tensor) for _, tensor in items):
        raise _unfit(path, "holds something that is no tensor")
    return dict(items)


def _read_safetensors(path: Path) -> Mapping[str, Tensor]:
    """Our own bases: half precision on the disk."""
    try:
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise _unfit(path, f"{type(error).__name__}: {error}") from error


def _canonical(name: str) -> str:
    for new, old in _RENAMED:
        name = name.replace(new, old)
    return name


def _unfit(path: Path, detail: str) -> JobError:
    return JobError(Code.WEIGHTS_MISSING, f"{path.name} is no base of this size: {detail}"[:400])
