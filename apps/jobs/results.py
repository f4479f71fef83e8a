"""Reads the proof of success: ``manifest.json`` in storage, and the objects that it lists."""

from hashlib import sha256
from typing import Final

from apps.common import storage
from gpu_worker.contract.job import MANIFEST, Manifest

from . import kinds
from .kinds.base import object_key
from .models import Attempt, Job

_LARGEST: Final = 16 * 2**20  # a report card of 2000 files is in it

_HASHED: Final = 2**20
"""Objects up to this are read whole, in a moment; large ones only asked for their size."""


class BrokenResult(Exception):
    """There is a manifest, but what it says is not so."""


def read_manifest(job: Job, attempt: Attempt) -> Manifest | None:
    """The attempt's manifest, each object verified by its size, small ones by their checksum too;
    None where there is none yet.

    Raises BrokenResult, and ``storage.STORAGE_ERRORS`` where the store can't be asked.
    """
    try:
        data = storage.read_bytes(object_key(job.id, attempt.id, MANIFEST), _LARGEST)
        manifest = Manifest.model_validate_json(data)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise BrokenResult(str(error)[:1000]) from error
    _check_identity(job, attempt, manifest)
    _check_objects(job, attempt, manifest)
    return manifest


def _check_identity(job: Job, attempt: Attempt, manifest: Manifest) -> None:
    said = (manifest.job_id, manifest.attempt_id, manifest.fence, manifest.result.kind)
    if said != (str(job.id), str(attempt.id), attempt.fence, job.kind):
        raise BrokenResult(f"the manifest is of another attempt: {said}")


def _check_objects(job: Job, attempt: Attempt, manifest: Manifest) -> None:
    kind = kinds.of(job)
    allowed, named = set(kind.output_names(job)), {file.name for file in manifest.files}
    if not set(kind.required(job)) <= named <= allowed:
        raise BrokenResult(f"the manifest lists {sorted(named)}")
    for file in manifest.files:
        key = object_key(job.id, attempt.id, file.name)
        size = storage.size(key)
        if size != file.size:
            raise BrokenResult(f"{file.name} has {size} bytes instead of {file.size}")
        if size <= _HASHED and sha256(storage.read_bytes(key, _HASHED)).hexdigest() != file.sha256:
            raise BrokenResult(f"{file.name} is not what was stored: its checksum differs")
