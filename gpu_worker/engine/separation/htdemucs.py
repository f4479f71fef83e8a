"""HT-Demucs as a separation model: the operator's weights, read without running what they name."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import SeparatorName

from ..voice.inert_pickle import load_inert
from .htdemucs_net import SOURCES, HTDemucsNet
from .separator import Level, Samples

RATE = 44100
SEGMENT = 343_980
"""Samples of 7.8 s, the length that the network was trained on and always hears."""
_MIN_DEVIATION = 1e-8


class HTDemucs:
    """A ``VocalNetwork`` of Hybrid Transformer Demucs."""

    name = SeparatorName.HTDEMUCS
    rate = RATE

    def __init__(
        self, net: HTDemucsNet, device: torch.device | str = "cpu", segment: int = SEGMENT
    ) -> None:
        """``segment``: samples that the network hears at once, zeros after the end."""
        self.chunk = segment
        self.overlap = segment // 4
        self._device = torch.device(device)
        self._net = net.to(self._device).eval().requires_grad_(False)

    @torch.inference_mode()
    def vocals(self, mix: Samples, level: Level) -> Samples:
        """(n, 2) -> (n, 2)."""
        deviation = max(level.deviation, _MIN_DEVIATION)
        wave = torch.from_numpy(np.ascontiguousarray(mix.T)).to(self._device)
        wave = F.pad((wave - level.mean) / deviation, (0, self.chunk - len(mix)))
        vocals = self._net(wave[None])[0, SOURCES.index("vocals"), :, : len(mix)]
        done: Samples = (vocals * deviation + level.mean).T.cpu().numpy()
        return done


def load_htdemucs(path: Path, device: torch.device | str = "cpu") -> HTDemucs:
    """From the published file. Raises ``JobError(WEIGHTS_MISSING)`` where it is something else."""
    net = HTDemucsNet()
    package: Any = load_inert(path)
    try:
        net.load_state_dict(package["state"], strict=True)
    except (KeyError, TypeError, RuntimeError) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"not HT-Demucs' weights: {error}") from error
    return HTDemucs(net, device)
