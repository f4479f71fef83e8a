"""Whom a new voice begins as: the singers of a base that sound most like it, mixed."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from ..nets.synthesizer import draw_segments
from .batches import make_batch
from .slices import Slice
from .train_step import TrainNets, convert_segments, mel_loss, real_segments

_CLIPS: Final = 12
_FRAMES: Final = 64
_MIXED: Final = 6
"""So many of the nearest are mixed."""


@torch.no_grad()
def begin_as_the_nearest(
    nets: TrainNets, voices: Tensor, clips: Sequence[Slice], seed: int
) -> float:
    """Give every row of the speaker embedding what of ``voices`` (N, C) comes nearest to ``clips``.

    Each voice says some of the clips, from their own content and F0; what counts is the mel loss.
    The nearest are mixed, in shares that fall with their loss, or the nearest is taken alone where
    the mixture is farther. Returns the loss of what was taken.
    """
    rows = nets.generator.emb_g.weight
    judge = _Judge(nets, clips, seed)
    voices = voices.to(rows.device)
    losses = torch.tensor([judge.loss(voice) for voice in voices])
    nearest = losses.topk(min(_MIXED, len(voices)), largest=False)
    spread = (nearest.values[-1] - nearest.values[0]).clamp(min=1e-6)
    shares = torch.softmax(-2 * (nearest.values - nearest.values[0]) / spread, 0)
    mixed = (shares[:, None].to(rows.device) * voices[nearest.indices]).sum(0)
    loss, closest = judge.loss(mixed), float(nearest.values[0])
    rows[:] = mixed if loss <= closest else voices[nearest.indices[0]]
    return min(loss, closest)


class _Judge:
    """The mel loss of some segments, always the same, as said by a voice."""

    def __init__(self, nets: TrainNets, clips: Sequence[Slice], seed: int) -> None:
        self._nets = nets
        device = nets.generator.emb_g.weight.device
        draws = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(clips), generator=draws)[:_CLIPS].tolist()
        cut = [clips[n] for n in chosen]
        self._batch = make_batch(cut, _FRAMES, nets.mel.config, draws, device)
        frames = nets.generator.config.segment_frames
        self._starts = draw_segments(self._batch.lengths.cpu(), frames, draws).to(device)
        self._real = real_segments(nets, self._batch, self._starts)

    def loss(self, voice: Tensor) -> float:
        net = self._nets.generator
        net.emb_g.weight[:] = voice
        audio = convert_segments(net, self._batch, self._starts, None)
        return float(mel_loss(self._nets.mel, self._real, audio))
