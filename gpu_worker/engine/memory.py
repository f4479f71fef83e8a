"""How much work goes onto a device in one go, so that it never runs out of memory."""

import torch

_RESERVE = 1 << 30
"""Bytes left to CUDA's context, library workspaces and fragmentation."""


def free_bytes(device: torch.device) -> int | None:
    """What this process may still allocate on a CUDA device, its cap minded; ``None`` elsewhere."""
    if device.type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    reserved = torch.cuda.memory_reserved(device)
    unused = reserved - torch.cuda.memory_allocated(device)
    cap = int(total * torch.cuda.get_per_process_memory_fraction(device))
    return max(0, min(free, cap - reserved) + unused)


def fitting(wanted: int, item_bytes: int, fixed_bytes: int, free: int | None) -> int:
    """The most items up to ``wanted`` that fit ``free`` bytes, at least 1; all where it is unknown.

    Each takes ``item_bytes``, all together ``fixed_bytes`` more.
    """
    if free is None:
        return wanted
    room = free - _RESERVE - fixed_bytes
    return max(1, min(wanted, room // item_bytes))
