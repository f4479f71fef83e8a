"""One optimiser step: exactly as RVC v2 trains, or on conversion's own path for a small preset."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW

from ..config import SpectrogramConfig
from ..nets.discriminator import MultiPeriodDiscriminator
from ..nets.noise import Noise, gaussian_like
from ..nets.synthesizer import NOISE_SCALE, Synthesizer, slice_frames
from ..spectrogram import LogMel
from .losses import adversarial_loss, discriminator_loss, feature_loss, kl_loss

MEL_WEIGHT = 45.0


@dataclass(frozen=True)
class TrainBatch:
    """B clips padded to L frames of 10 ms.

    ``wave`` (B, L * hop), ``spec`` (B, F, L), ``content`` (B, L, C), ``coarse_pitch`` (B, L)
    int64, ``f0`` (B, L) Hz, ``lengths`` (B,) frames, ``speaker`` (B,).
    """

    wave: Tensor
    spec: Tensor
    content: Tensor
    coarse_pitch: Tensor
    f0: Tensor
    lengths: Tensor
    speaker: Tensor


@dataclass(frozen=True)
class StepLosses:
    """Weighted losses and total L2 gradient norms of one step, each a 0-d tensor.

    Tensors, not floats: reading one waits for the device, so only who shows them does.
    """

    loss_d: Tensor
    loss_gen: Tensor
    loss_fm: Tensor
    loss_mel: Tensor
    loss_kl: Tensor
    loss_total: Tensor
    grad_norm_d: Tensor
    grad_norm_g: Tensor


@dataclass(frozen=True)
class TrainNets:
    """Both networks, each with its optimiser."""

    generator: Synthesizer
    discriminator: MultiPeriodDiscriminator
    optimiser_g: AdamW
    optimiser_d: AdamW
    mel: LogMel

    @property
    def hop(self) -> int:
        return self.mel.config.hop


def make_nets(
    generator: Synthesizer,
    discriminator: MultiPeriodDiscriminator,
    spectrogram: SpectrogramConfig,
    learning_rate: float,
) -> TrainNets:
    """Give both networks the published optimiser settings."""
    return TrainNets(
        generator,
        discriminator,
        _optimiser(generator, learning_rate),
        _optimiser(discriminator, learning_rate),
        LogMel(spectrogram).to(next(generator.parameters()).device),
    )


def _optimiser(net: nn.Module, learning_rate: float) -> AdamW:
    return AdamW(net.parameters(), lr=learning_rate, betas=(0.8, 0.99), eps=1e-9)


def synthesise(
    net: Synthesizer,
    batch: TrainBatch,
    segment_starts: Tensor,
    noise: Noise,
    divergence: Callable[..., Tensor] = kl_loss,
) -> tuple[Tensor, Tensor]:
    """Segments (B, 1, T) and the KL loss."""
    out = net(
        batch.content,
        batch.lengths,
        batch.coarse_pitch,
        batch.f0,
        batch.spec,
        batch.lengths,
        batch.speaker,
        segment_starts,
        generator=noise,
    )
    return out.audio, divergence(out.z_p, out.logs_q, out.m_p, out.logs_p, out.mask)


def judge_apart(net: MultiPeriodDiscriminator, real: Tensor, fake: Tensor) -> Tensor:
    """The discriminators' loss on real and generated segments (B, 1, T)."""
    real_logits, _ = net(real)
    fake_logits, _ = net(fake)
    return discriminator_loss(real_logits, fake_logits)


def judge_alike(net: MultiPeriodDiscriminator, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Adversarial and feature loss of generated segments; the real branch needs no autograd."""
    with torch.no_grad():
        _, real_maps = net(real)
    logits, maps = net(fake)
    return adversarial_loss(logits), feature_loss(real_maps, maps)


Judged = tuple[Tensor, ...]
Beside = Callable[..., list[Judged]]


def in_turn(parts: Sequence[Callable[[], Judged]], *given: Tensor) -> list[Judged]:
    """What the parts make of ``given``, one after the other."""
    return [part() for part in parts]


@dataclass(frozen=True, slots=True)
class Passes:
    """The three passes of a step through the networks: how they compute, not what.

    ``beside`` runs the losses of the generated segment, which are independent.
    """

    synthesise: Callable[[Synthesizer, TrainBatch, Tensor, Noise], tuple[Tensor, Tensor]]
    judge_apart: Callable[[MultiPeriodDiscriminator, Tensor, Tensor], Tensor]
    judge_alike: Callable[[MultiPeriodDiscriminator, Tensor, Tensor], tuple[Tensor, Tensor]]
    beside: Beside = in_turn


EXACT: Final = Passes(synthesise, judge_apart, judge_alike)
"""Layer by layer in the parameters' precision: the reference."""


def train_step(
    nets: TrainNets,
    batch: TrainBatch,
    segment_starts: Tensor,
    generator: Noise,
    passes: Passes = EXACT,
) -> StepLosses:
    """Discriminator first, on the generated segment detached; then the synthesizer.

    ``segment_starts`` (B,) frames where each clip's decoded segment begins; ``generator`` draws
    all sampling noise (``None``: zero noise, as in reference vectors).
    """
    audio, loss_kl = passes.synthesise(nets.generator, batch, segment_starts, generator)
    real = real_segments(nets, batch, segment_starts)
    loss_d = passes.judge_apart(nets.discriminator, real, audio.detach())
    norm_d = _descend(nets.discriminator, nets.optimiser_d, loss_d)
    with _frozen(nets.discriminator):
        judges = (
            lambda: (mel_loss(nets.mel, real, audio),),
            lambda: passes.judge_alike(nets.discriminator, real, audio),
        )
        (loss_mel,), (loss_gen, loss_fm) = passes.beside(judges, real, audio)
        total = loss_gen + loss_fm + loss_mel + loss_kl
        norm_g = _descend(nets.generator, nets.optimiser_g, total)
    return StepLosses(
        loss_d=loss_d.detach(),
        loss_gen=loss_gen.detach(),
        loss_fm=loss_fm.detach(),
        loss_mel=loss_mel.detach(),
        loss_kl=loss_kl.detach(),
        loss_total=total.detach(),
        grad_norm_d=norm_d,
        grad_norm_g=norm_g,
    )


Listen = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Clips (B, T), where in samples (B,) the generated segments (B, 1, S) belong -> their loss."""


class Step(Protocol):
    """A published step, however it computes."""

    def __call__(
        self,
        nets: TrainNets,
        batch: TrainBatch,
        segment_starts: Tensor,
        generator: torch.Generator | None,
    ) -> StepLosses: ...


def set_learning_rate(optimiser: AdamW, rate: float) -> None:
    """Also where it is a tensor, which a captured step reads."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def direct_step(
    nets: TrainNets,
    batch: TrainBatch,
    segment_starts: Tensor,
    generator: Noise,
    adversarial: bool,
    listen: Listen | None = None,
) -> StepLosses:
    """Train the very path that conversion takes: content and F0 to audio, no posterior.

    With a few hundred steps from random weights the published objective has not yet tied the prior
    to the posterior; this one needs no tie. ``adversarial`` adds the discriminators' losses,
    ``listen`` one of its own.
    """
    audio = convert_segments(nets.generator, batch, segment_starts, generator)
    real = real_segments(nets, batch, segment_starts)
    zero = audio.new_zeros(())
    loss_d = norm_d = loss_gen = loss_fm = zero
    if adversarial:
        loss_d = judge_apart(nets.discriminator, real, audio.detach())
        norm_d = _descend(nets.discriminator, nets.optimiser_d, loss_d)
    with _frozen(nets.discriminator):
        if adversarial:
            loss_gen, loss_fm = judge_alike(nets.discriminator, real, audio)
        loss_mel = mel_loss(nets.mel, real, audio)
        total = loss_gen + loss_fm + loss_mel + _offset_loss(real, audio, nets.hop)
        if listen is not None:
            total = total + listen(batch.wave, segment_starts * nets.hop, audio)
        norm_g = _descend(nets.generator, nets.optimiser_g, total)
    return StepLosses(
        loss_d=loss_d.detach(),
        loss_gen=loss_gen.detach(),
        loss_fm=loss_fm.detach(),
        loss_mel=loss_mel.detach(),
        loss_kl=zero,
        loss_total=total.detach(),
        grad_norm_d=norm_d,
        grad_norm_g=norm_g,
    )


def convert_segments(
    net: Synthesizer, batch: TrainBatch, starts: Tensor, generator: Noise
) -> Tensor:
    """Segments (B, 1, T) as ``Synthesizer.infer`` makes them."""
    g = net.speaker_embedding(batch.speaker)
    m_p, logs_p, mask = net.enc_p(batch.content, batch.coarse_pitch, batch.lengths)
    z_p = (m_p + logs_p.exp() * gaussian_like(m_p, generator) * NOISE_SCALE) * mask
    return render_segments(net, z_p, mask, batch.f0, g, starts, generator)


def render_segments(
    net: Synthesizer,
    z_p: Tensor,
    mask: Tensor,
    f0: Tensor,
    g: Tensor,
    starts: Tensor,
    generator: Noise,
) -> Tensor:
    """Segments (B, 1, T) of the prior's sample (B, C, L), F0 (B, L) in Hz, speaker (B, S, 1)."""
    z = net.flow(z_p, mask, g, reverse=True)
    frames = net.config.segment_frames
    f0 = slice_frames(f0.unsqueeze(1), starts, frames).squeeze(1)
    audio: Tensor = net.dec(slice_frames(z, starts, frames), f0, g, generator)
    return audio


def real_segments(nets: TrainNets, batch: TrainBatch, starts: Tensor) -> Tensor:
    length = nets.generator.config.segment_frames * nets.hop
    return gather_segments(batch.wave, starts * nets.hop, length).unsqueeze(1)


def mel_loss(mel: LogMel, real: Tensor, generated: Tensor) -> Tensor:
    """45 times the L1 distance of log mels of two segments (B, 1, T)."""
    with torch.no_grad():
        target = mel(real.squeeze(1))
    distance: Tensor = (target - mel(generated.squeeze(1))).abs().mean()
    return MEL_WEIGHT * distance


def _offset_loss(real: Tensor, generated: Tensor, hop: int) -> Tensor:
    """How far the waveform's slow mean drifts, over windows of 80 ms.

    No mel band hears 0 Hz: without discriminators an offset would grow until tanh is saturated.
    """
    window = 8 * hop
    drift: Tensor = (F.avg_pool1d(real, window) - F.avg_pool1d(generated, window)).abs().mean()
    return MEL_WEIGHT * drift


def gather_segments(wave: Tensor, starts: Tensor, length: int) -> Tensor:
    """``wave`` (B, T) -> (B, length), row b from sample ``starts[b]`` on, without a host sync."""
    index = starts.unsqueeze(1) + torch.arange(length, device=wave.device)
    return wave.gather(1, index)


def _descend(net: nn.Module, optimiser: AdamW, loss: Tensor) -> Tensor:
    """One optimiser step; returns the total gradient norm, nothing is clipped."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    grads = [p.grad for p in net.parameters() if p.grad is not None]
    norm = nn.utils.get_total_norm(grads)
    optimiser.step()
    return norm


@contextmanager
def _frozen(net: nn.Module) -> Iterator[None]:
    """No gradients for a network's parameters inside the block: 21 % less work a step."""
    net.requires_grad_(False)
    try:
        yield
    finally:
        net.requires_grad_(True)
