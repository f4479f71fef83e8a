"""How much work goes onto a device in one go, so that it never runs out of memory."""

from collections.abc import Callable

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
    index = index_of(device, torch.cuda.current_device)
    cap = int(total * torch.cuda.get_per_process_memory_fraction(index))
    return max(0, min(free, cap - reserved) + unused)


def index_of(device: torch.device, current: Callable[[], int]) -> int:
    """The number of a device; where it names none it means the ``current`` one."""
    return current() if device.index is None else device.index


def fitting(wanted: int, item_bytes: int, fixed_bytes: int, free: int | None) -> int:
    """The most items up to ``wanted`` that fit ``free`` bytes, at least 1; all where it is unknown.

    Each takes ``item_bytes``, all together ``fixed_bytes`` more.
    """
    if free is None:
        return wanted
    room = free - _RESERVE - fixed_bytes
    return max(1, min(wanted, room // item_bytes))
