"""Whom a new voice begins as: the singers of a base that sound most like it, mixed."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from ..nets.synthesizer import draw_segments
from .batches import make_batch
from .slices import Slice
from .train_step import TrainNets, mel_loss, real_segments, render_segments

_ROUNDS: Final = (1, 3, 12)
"""Clips said by the voices that are left in each round; a third of them goes on."""
_FRAMES: Final = 64
_MIXED: Final = 6
"""So many of the nearest are mixed."""


@torch.no_grad()
def begin_as_the_nearest(
    nets: TrainNets, voices: Tensor, clips: Sequence[Slice], seed: int
) -> float:
    """Give every row of the speaker embedding what of ``voices`` (N, C) comes nearest to ``clips``.

    Each voice says some of the clips, from their own content and F0; what counts is the mel loss.
    Those far off are heard on few clips only (successive halving, Jamieson and Talwalkar 2016). The
    nearest are mixed, in shares that fall with their loss, or the nearest is taken alone where the
    mixture is farther. Returns the loss of what was taken.
    """
    rows = nets.generator.emb_g.weight
    judge = _Judge(nets, clips, seed)
    voices, losses = _final(judge, voices.to(rows.device))
    nearest = losses.topk(min(_MIXED, len(voices)), largest=False)
    spread = (nearest.values[-1] - nearest.values[0]).clamp(min=1e-6)
    shares = torch.softmax(-2 * (nearest.values - nearest.values[0]) / spread, 0)
    mixed = (shares[:, None].to(rows.device) * voices[nearest.indices]).sum(0)
    loss, closest = judge.loss(mixed, _ROUNDS[-1]), float(nearest.values[0])
    rows[:] = mixed if loss <= closest else voices[nearest.indices[0]]
    return min(loss, closest)


def _final(judge: "_Judge", voices: Tensor) -> tuple[Tensor, Tensor]:
    """The voices (N, C) of the last round and what each loses there; never fewer than are mixed."""
    for clips in _ROUNDS:
        losses = torch.tensor([judge.loss(voice, clips) for voice in voices])
        if clips < _ROUNDS[-1]:
            kept = max(3 * _MIXED, len(voices) // 3)
            voices = voices[losses.topk(min(kept, len(voices)), largest=False).indices]
    return voices, losses


class _Judge:
    """The mel loss of some segments, always the same, as said by a voice."""

    def __init__(self, nets: TrainNets, clips: Sequence[Slice], seed: int) -> None:
        self._nets = nets
        device = nets.generator.emb_g.weight.device
        draws = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(clips), generator=draws)[: _ROUNDS[-1]].tolist()
        cut = [clips[n] for n in chosen]
        batch = make_batch(cut, _FRAMES, nets.mel.config, draws, device)
        net = nets.generator
        starts = draw_segments(batch.lengths.cpu(), net.config.segment_frames, draws).to(device)
        self._real = real_segments(nets, batch, starts)
        # What is said is the same whoever says it; the prior without its noise.
        said, _, mask = net.enc_p(batch.content, batch.coarse_pitch, batch.lengths)
        self._said = said * mask, mask, batch.f0
        self._starts = starts

    def loss(self, voice: Tensor, clips: int) -> float:
        """Of the first ``clips``."""
        said, mask, f0 = (part[:clips] for part in self._said)
        g = voice.expand(len(said), -1).unsqueeze(-1)
        net, starts = self._nets.generator, self._starts[:clips]
        audio = render_segments(net, said, mask, f0, g, starts, None)
        return float(mel_loss(self._nets.mel, self._real[:clips], audio))
