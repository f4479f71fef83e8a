"""Where mixed precision may not reach."""

import torch
from torch import Tensor


def full_precision(x: Tensor) -> torch.autocast:
    """No autocast inside the block, on the device of ``x``."""
    return torch.autocast(x.device.type, enabled=False)
