"""A synthesizer made ready to convert: which way its generator decodes, in which precision."""

from enum import StrEnum
from typing import Protocol

import torch
from torch import Tensor

from .fast_generator import FastGenerator
from .generator import CONTEXT_FRAMES, Generator
from .synthesizer import Synthesizer
from .weight_norm import fold_weight_norm

_WIDE = 256


class Precision(StrEnum):
    """How the generator computes.

    ``exact`` is the reference, layer by layer as it is trained. ``float32`` differs from it by the
    order of additions (115 dB below the signal), ``bfloat16`` by rounding (about 60 dB below).
    ``auto`` is bfloat16 where that saves time, otherwise float32.
    """

    AUTO = "auto"
    EXACT = "exact"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class Decoder(Protocol):
    """From latent to waveform."""

    def frames(self, z: Tensor, source: Tensor, speaker: Tensor, first: int, last: int) -> Tensor:
        """Audio of frames ``first`` to ``last`` as if all were decoded: (B, 1, samples).

        ``z`` (B, inter, L), ``source`` (B, 1, L * hop), ``speaker`` (B, speaker_channels, 1).
        """
        ...


def prepare_for_inference(
    synthesizer: Synthesizer, precision: Precision = Precision.AUTO
) -> Decoder:
    """Fold the weight norm of all that the synthesizer has; return what decodes its latent.

    Later changes of its parameters have no effect, and it can't be trained any more. Takes the
    synthesizer on the device that it is to run on.
    """
    synthesizer.eval().requires_grad_(False)
    fold_weight_norm(synthesizer)
    if precision is Precision.AUTO:
        precision = default_precision(
            synthesizer.emb_g.weight.device, synthesizer.config.upsample_initial
        )
    if precision is Precision.EXACT:
        return ExactDecoder(synthesizer.dec)
    dtype = torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32
    return FastGenerator(synthesizer.dec, dtype)


def default_precision(device: torch.device, widest: int) -> Precision:
    """bfloat16 where the device multiplies it in hardware: it halves the time there.

    On a CPU that means AVX-512 BF16 (AMD since Zen 4, Intel since Cooper Lake). A draft's generator
    has fewer than 256 channels at its ``widest`` and takes so little time that it stays in float32.
    """
    if widest < _WIDE:
        return Precision.FLOAT32
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
    return Precision.BFLOAT16 if native else Precision.FLOAT32


class ExactDecoder:
    """The generator itself, which sees the frames with their context."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._hop = generator.m_source.hop

    @torch.inference_mode()
    def frames(self, z: Tensor, source: Tensor, speaker: Tensor, first: int, last: int) -> Tensor:
        begin, end = max(0, first - CONTEXT_FRAMES), min(z.shape[2], last + CONTEXT_FRAMES)
        hop = self._hop
        audio = self._generator.decode(
            z[:, :, begin:end], source[:, :, begin * hop : end * hop], speaker
        )
        return audio[:, :, (first - begin) * hop : (last - begin) * hop]
