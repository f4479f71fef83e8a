"""Gives a converted voice the loudness curve of its source."""

from torch import Tensor
from torch.nn import functional as F

_RMS_FLOOR = 1e-6


def rms_envelope(wave: Tensor, sample_rate: int) -> Tensor:
    """Root mean square of windows of about a second every half: (T,) -> (T // (sr // 2) + 1,).

    Windows are centred, with zeros beyond the ends.
    """
    hop = sample_rate // 2
    frames = F.pad(wave, (hop, hop)).unfold(0, 2 * hop, hop)
    return frames.square().mean(dim=1).sqrt()


def mix_loudness(
    source: Tensor, source_rate: int, output: Tensor, output_rate: int, mix: float
) -> Tensor:
    """``output`` (T,) with its loudness curve moved to that of ``source`` (T',).

    ``mix`` 1 keeps the output's own curve, 0 takes the source's. The curves are stretched over the
    output's length, so both must span the same time.
    """
    wanted = _stretched(rms_envelope(source, source_rate), len(output))
    own = _stretched(rms_envelope(output, output_rate), len(output)).clamp(min=_RMS_FLOOR)
    return output * wanted.pow(1 - mix) * own.pow(mix - 1)


def _stretched(envelope: Tensor, length: int) -> Tensor:
    return F.interpolate(envelope[None, None], size=length, mode="linear")[0, 0]
