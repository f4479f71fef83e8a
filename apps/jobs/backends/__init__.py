"""Where jobs run: on this machine, or on RunPod."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from .base import Backend
from .local import LocalBackend
from .runpod import RunPodBackend
from .runpod_client import RunPodClient

FindBackend = Callable[[str], Backend]


def named(name: str) -> Backend:
    """A backend by the name that attempts remember. Raises KeyError for an unknown one."""
    makers: dict[str, Callable[[], Backend]] = {"local": _local, "runpod": _runpod}
    return makers[name]()


def current() -> Backend:
    """The backend that new attempts go to."""
    return named(settings.COMPUTE_BACKEND)


def _local() -> Backend:
    return LocalBackend(
        folder=Path(settings.VAR_DIR) / "local",
        slots=settings.LOCAL_BACKEND_SLOTS,
        weights=Path(settings.WEIGHTS_DIR),
    )


def _runpod() -> Backend:
    return RunPodBackend(RunPodClient(settings.RUNPOD_API_KEY), settings.RUNPOD_ENDPOINT_ID)
