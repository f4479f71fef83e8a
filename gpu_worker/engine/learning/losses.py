"""Losses of RVC v2's training: least-squares GAN (Mao et al. 2017), feature matching, KL.

All in single precision, also of logits, maps and statistics that were computed in less.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def discriminator_loss(real_logits: Sequence[Tensor], fake_logits: Sequence[Tensor]) -> Tensor:
    """How far real audio is judged from 1 and generated audio from 0, summed over discriminators.

    One tensor (B, N) a discriminator.
    """
    terms = [
        (1 - real.float()).square().mean() + fake.float().square().mean()
        for real, fake in zip(real_logits, fake_logits, strict=True)
    ]
    return torch.stack(terms).sum()


def adversarial_loss(fake_logits: Sequence[Tensor]) -> Tensor:
    """How far generated audio is judged from 1, summed over discriminators."""
    return torch.stack([(1 - fake.float()).square().mean() for fake in fake_logits]).sum()


def feature_loss(
    real_maps: Sequence[Sequence[Tensor]], fake_maps: Sequence[Sequence[Tensor]]
) -> Tensor:
    """Twice the L1 distance of all feature maps; no gradient flows into the real ones."""
    terms = [
        (real.detach().float() - fake.float()).abs().mean()
        for reals, fakes in zip(real_maps, fake_maps, strict=True)
        for real, fake in zip(reals, fakes, strict=True)
    ]
    return 2 * torch.stack(terms).sum()


def kl_loss(z_p: Tensor, logs_q: Tensor, m_p: Tensor, logs_p: Tensor, mask: Tensor) -> Tensor:
    """Kullback-Leibler divergence of posterior from prior, per valid frame (VITS, eq. 4).

    All (B, C, L) but the mask (B, 1, L); ``z_p`` is the posterior's sample after the flow.
    """
    z_p, logs_q, m_p, logs_p = z_p.float(), logs_q.float(), m_p.float(), logs_p.float()
    distance = (z_p - m_p).square() * torch.exp(-2 * logs_p)
    divergence = logs_p - logs_q - 0.5 + 0.5 * distance
    return (divergence * mask).sum() / mask.sum()
