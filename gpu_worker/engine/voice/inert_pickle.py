"""Reads tensors out of files that also pickle objects of packages which nobody should install.

Only tensors and plain containers are rebuilt. Whatever else a file names becomes an inert object:
nothing is imported and nothing runs.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import torch
from torch._utils import _rebuild_parameter, _rebuild_tensor_v2

from gpu_worker.contract.errors import Code, JobError


class Inert:
    """Stands for an object of an unknown class: takes whatever a pickle gives it, and drops it."""

    def __new__(cls, *_: object, **__: object) -> "Inert":
        return object.__new__(cls)

    def __init__(self, *_: object, **__: object) -> None: ...

    def __setstate__(self, _: object) -> None: ...

    def __setitem__(self, _: object, __: object) -> None: ...

    def append(self, _: object) -> None: ...

    def extend(self, _: object) -> None: ...

    def __hash__(self) -> int:
        return id(self)


_STORAGES = (
    "FloatStorage",
    "HalfStorage",
    "BFloat16Storage",
    "DoubleStorage",
    "LongStorage",
    "IntStorage",
    "ByteStorage",
    "BoolStorage",
)
_ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    **{("torch", name): getattr(torch, name) for name in _STORAGES},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _ALLOWED.get((module, name), Inert)


def _load(file: IO[bytes], **options: Any) -> Any:
    return _Unpickler(file, **options).load()


class _InertPickle:
    """What ``torch.load`` needs of a pickle module."""

    Unpickler = _Unpickler
    load: Callable[..., Any] = staticmethod(_load)
    __name__ = "inert_pickle"


def load_inert(path: Path) -> Any:
    """What the file holds, on the CPU. Raises ``JobError(WEIGHTS_MISSING)`` where unreadable."""
    try:
        return torch.load(path, map_location="cpu", pickle_module=_InertPickle, weights_only=False)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, TypeError) as error:
        raise JobError(Code.WEIGHTS_MISSING, f"{path.name} can't be read: {error}") from error
