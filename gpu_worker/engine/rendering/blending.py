"""Several voices become one: the weighted mean of their networks and of what they retrieve.

Averaging weights after Wortsman et al. 2022 ("Model soups"): it sounds like a voice where the
networks stem from one pretrained base, as published voices do, or began from one seed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gpu_worker.contract.errors import Code, JobError

from ..voice.published import PublishedVoice
from ..voice.retrieval import Retrieval

_G, _V = ".weight_g", ".weight_v"
_SPEAKERS = "emb_g.weight"


@dataclass(frozen=True, slots=True)
class Share:
    """A voice in a blend; shares count relative to their sum. The index is optional."""

    voice: PublishedVoice
    weight: float
    index: Retrieval | None = None
    f0_median_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Blend:
    """One voice made of several, for ``Converter``."""

    voice: PublishedVoice
    index: Retrieval | None
    f0_median_hz: float | None


def blend(shares: Sequence[Share]) -> Blend:
    """The voice, its retrieval and its median F0 (the weighted mean in semitones). One is itself.

    Only speakers that all have stay. Raises ``JobError(VOICES_DO_NOT_BLEND)`` where networks or
    content encoders differ.
    """
    if len(shares) == 1:
        return Blend(shares[0].voice, shares[0].index, shares[0].f0_median_hz)
    total = math.fsum(share.weight for share in shares)
    weights = [share.weight / total for share in shares]
    indices = [share.index for share in shares]
    return Blend(
        _voice([share.voice for share in shares], weights),
        BlendedIndex(tuple(zip(indices, weights, strict=True))) if any(indices) else None,
        _median([share.f0_median_hz for share in shares], weights),
    )


@dataclass(frozen=True, slots=True)
class BlendedIndex:
    """Each index is searched alone; what they find is blended by weight.

    A voice without an index retrieves the query itself.
    """

    parts: tuple[tuple[Retrieval | None, float], ...]

    def to(self, device: torch.device | str) -> "BlendedIndex":
        """The same on another device."""
        return BlendedIndex(
            tuple((index.to(device) if index else None, weight) for index, weight in self.parts)
        )

    def blend(self, query: Tensor, rate: float) -> Tensor:
        """``rate`` of what is retrieved, the rest of the query itself: (L, dim) -> (L, dim)."""
        mixed = torch.zeros_like(query)
        for index, weight in self.parts:
            mixed += weight * (index.blend(query, rate) if index else query)
        return mixed


def _voice(voices: Sequence[PublishedVoice], weights: Sequence[float]) -> PublishedVoice:
    first = voices[0]
    speakers = min(voice.config.speakers for voice in voices)
    config = replace(first.config, speakers=speakers)
    known = {voice.encoder_sha256 for voice in voices} - {None}
    if len(known) > 1 or any(voice.encoder_id is not first.encoder_id for voice in voices):
        raise JobError(Code.VOICES_DO_NOT_BLEND, "different content encoders")
    if any(replace(voice.config, speakers=speakers) != config for voice in voices):
        raise JobError(Code.VOICES_DO_NOT_BLEND, "networks of different shapes")
    return PublishedVoice(
        config=config,
        weights=_mean([_folded(voice.weights, speakers) for voice in voices], weights),
        encoder_id=first.encoder_id,
        encoder_sha256=next(iter(known), None),
        metadata={"blend": len(voices)},
    )


def _folded(weights: Mapping[str, Tensor], speakers: int) -> dict[str, Tensor]:
    """In double, each weight-normalised layer as the weight that it stands for, under ``_V``."""
    folded = {}
    for name, tensor in weights.items():
        if name.endswith(_G):
            continue
        value = tensor.double()
        if name == _SPEAKERS:
            value = value[:speakers]
        if name.endswith(_V):
            norm = weights[name.removesuffix(_V) + _G].double()
            value = value * (norm / _norm_like(value, norm).clamp(min=1e-30))
        folded[name] = value
    return folded


def _mean(parts: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
    """The weighted mean in single precision, split into norm and direction again.

    The mean of norms and of directions would be another weight: the norm of a mean is smaller.
    """
    mean = {}
    for name in parts[0]:
        value = sum(
            (w * part[name] for part, w in zip(parts, weights, strict=True)), torch.zeros(())
        )
        mean[name] = value.float()
        if name.endswith(_V):
            # The published layout keeps one norm for each slice of the first dimension.
            like = torch.empty(len(value), *[1] * (value.dim() - 1))
            norm = _norm_like(value, like)
            mean[name.removesuffix(_V) + _G] = norm.float()
            # A direction must not vanish, even where its norm does.
            mean[name] = torch.where(norm > 0, value, torch.ones_like(value)).float()
    return mean


def _norm_like(value: Tensor, norm: Tensor) -> Tensor:
    """The norms of ``value`` over the dimensions that ``norm`` has not."""
    dims = [dim for dim in range(value.dim()) if norm.shape[dim] == 1]
    norms: Tensor = torch.linalg.vector_norm(value, dim=dims, keepdim=True)
    return norms


def _median(medians: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """The weighted mean in log-frequency of those known."""
    known = [(hz, weight) for hz, weight in zip(medians, weights, strict=True) if hz]
    if not known:
        return None
    total = math.fsum(weight for _, weight in known)
    return math.exp(math.fsum(weight * math.log(hz) for hz, weight in known) / total)
