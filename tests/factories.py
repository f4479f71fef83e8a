"""Rows and sounds for tests, made the way the studio makes them."""

import io
import itertools
import uuid
import wave
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.accounts.acceptances import accept_all
from apps.accounts.models import Membership, Role, User, Workspace
from apps.accounts.services import open_personal_workspace
from apps.billing.services import grant_welcome
from apps.common import storage
from apps.library.datasets import create_dataset
from apps.library.models import AudioFile, Dataset, FileState, Origin

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def make_user(email: str | None = None, *, workspace: Workspace | None = None) -> User:
    """A person with a workspace of their own, or a member of the one given."""
    address = email or f"person{next(_numbers)}@example.com"
    user = User.objects.create_user(address, PASSWORD)
    accept_all(user)
    if workspace is None:
        grant_welcome(open_personal_workspace(user))
    else:
        Membership.objects.create(user=user, workspace=workspace, role=Role.MEMBER)
    return user


def workspace_of(user: User) -> Workspace:
    """The person's first workspace."""
    return Membership.objects.filter(user=user).order_by("created_at", "id")[0].workspace


def tone(seconds: float = 1.0, rate: int = 16_000, channels: int = 1) -> NDArray[np.float32]:
    """A quiet 220 Hz tone of shape (C, T)."""
    time = np.arange(round(seconds * rate)) / rate
    return np.tile(0.2 * np.sin(2 * np.pi * 220 * time), (channels, 1)).astype(np.float32)


def wav_bytes(samples: NDArray[np.float32], rate: int = 16_000) -> bytes:
    """Samples (C, T) as a 16-bit WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def make_file(workspace: Workspace, *, data: bytes | None = None, **fields: Any) -> AudioFile:
    """A ready upload of 30 s; with ``data`` its object lies in storage too."""
    pk = uuid.uuid4()
    values: dict[str, Any] = {
        "id": pk,
        "name": "노래.wav",
        "state": FileState.READY,
        "origin": Origin.UPLOAD,
        "key": f"uploads/{workspace.pk}/{pk}/source",
        "size": len(data) if data is not None else 960_044,
        "content_type": "audio/wav",
        "duration_s": 30.0,
        "sample_rate": 16_000,
        "channels": 1,
        "loudness_lufs": -20.0,
        "true_peak_db": -3.0,
        "peaks": [[-10, 10]],
    }
    file = AudioFile.objects.create(workspace=workspace, **(values | fields))
    if data is not None:
        storage.write_bytes(file.key, data)
    return file


def make_dataset(workspace: Workspace, files: int = 2, name: str = "목소리") -> Dataset:
    """A dataset of that many ready files without objects."""
    made = [make_file(workspace) for _ in range(files)]
    return create_dataset(workspace, name=name, file_ids=[file.pk for file in made])
