"""Where jobs run: on this machine, or on RunPod."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from .. import compute
from .base import Backend, Limits
from .fetches import Fetches
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


def downloads() -> Fetches | None:
    """Downloads of weights for local workers; None where jobs run elsewhere."""
    if settings.COMPUTE_BACKEND != "local":
        return None
    return Fetches(Path(settings.VAR_DIR) / "fetches", Path(settings.WEIGHTS_DIR))


def _runpod() -> Backend:
    return runpod()


def runpod() -> RunPodBackend:
    """The RunPod backend as the operator has set it now."""
    held = compute.now()
    return RunPodBackend(
        RunPodClient(held.api_key, settings.RUNPOD_API, settings.RUNPOD_ACCOUNT_API),
        held.routes,
        Limits(held.most_at_once, held.per_workspace),
        compute.webhook if held.uses_webhook else None,
        compute.heads_for,
    )
