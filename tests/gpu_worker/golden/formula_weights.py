"""Deterministic pseudo-random weights, so that reference vectors need no weight files.

`fill(name, shape, salt)` is a pure function of the parameter's canonical name and shape, so any
implementation that uses the same parameter names can be given exactly the weights that the
reference outputs in golden/ were computed with.

Canonical names are those of a published RVC checkpoint: weight-normalised layers carry
`weight_g` and `weight_v` (not `parametrizations.weight.original0/1`).
"""

import zlib
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn


def canonical(name: str) -> str:
    """Published spelling of a parameter's name (new-style weight norm mapped to the old)."""
    return name.replace(".parametrizations.weight.original0", ".weight_g").replace(
        ".parametrizations.weight.original1", ".weight_v"
    )


def fill(name: str, shape: tuple[int, ...], salt: str = "") -> NDArray[np.float32]:
    """Float32 array of `shape` for the parameter called `name` (canonical spelling)."""
    rng = np.random.default_rng(zlib.crc32((salt + name).encode()))
    noise: NDArray[np.float32] = rng.standard_normal(shape, dtype=np.float32)
    leaf = name.rsplit(".", 1)[-1]
    if leaf == "num_batches_tracked":
        return np.zeros(shape, dtype=np.float32)
    if leaf == "weight_g":
        return np.float32(1.0) + np.float32(0.1) * noise
    if leaf in ("gamma", "running_var") or (leaf == "weight" and len(shape) == 1):
        return np.float32(1.0) + np.float32(0.1) * np.abs(noise)
    if len(shape) <= 1:
        return np.float32(0.05) * noise
    fan_in = int(np.prod(shape[1:]))
    return noise / np.float32(np.sqrt(fan_in))


def load_into(module: nn.Module, salt: str = "", skip: tuple[str, ...] = ()) -> None:
    """Overwrite every parameter and buffer of a torch module with its formula weights, in place."""
    state: dict[str, Any] = module.state_dict()
    for name, tensor in state.items():
        if not tensor.is_floating_point() or name.startswith(skip):
            continue
        state[name] = torch.from_numpy(fill(canonical(name), tuple(tensor.shape), salt)).to(tensor)
    module.load_state_dict(state)
