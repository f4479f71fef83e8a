"""A compute backend that does what a test says, and a worker that stores what it is told to."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from apps.jobs.backends.base import (
    Backend,
    Health,
    Remote,
    RemoteState,
    Submission,
)
from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import (
    Cancelled,
    Checkpoint,
    Event,
    Failed,
    Finished,
    Log,
    Preview,
    Progress,
    Started,
)
from gpu_worker.contract.job import (
    CHECKPOINT,
    INDEX,
    MANIFEST,
    MODEL,
    ConvertJob,
    ConvertResult,
    EncoderRef,
    Failure,
    Manifest,
    Stored,
    TrainJob,
    TrainResult,
    preview_name,
)
from gpu_worker.contract.params import ContentEncoderName, Preset
from gpu_worker.contract.stage import Stage

ENCODER = EncoderRef(id=ContentEncoderName.WHISPER_BASE, sha256="e" * 64)
_storage = httpx.Client(timeout=20)  # one for all: making a TLS context takes long


@dataclass
class FakeBackend:
    """Keeps what was submitted; ``failure`` is raised instead, ``states`` answers for status."""

    name: str = "fake"
    submitted: list[TrainJob | ConvertJob] = field(default_factory=list)
    failure: Exception | None = None
    loses_answer: bool = False
    states: dict[uuid.UUID, RemoteState] = field(default_factory=dict)
    default: RemoteState = RemoteState.RUNNING
    stopped: list[uuid.UUID] = field(default_factory=list)

    def submit(self, spec: TrainJob | ConvertJob, ttl_s: int) -> Submission:
        assert ttl_s > spec.deadline_s
        if self.failure is not None and not self.loses_answer:
            raise self.failure
        self.submitted.append(spec)
        if self.failure is not None:
            raise self.failure
        return Submission(f"remote-{len(self.submitted)}", "fake-endpoint")

    def status(self, remote: Remote) -> RemoteState:
        return self.states.get(remote.attempt_id, self.default)

    def stop(self, remote: Remote) -> bool:
        self.stopped.append(remote.attempt_id)
        return True

    def health(self) -> Health:
        return Health(True, {})

    def find(self, name: str) -> Backend:
        assert name == self.name
        return self

    @property
    def last(self) -> TrainJob | ConvertJob:
        return self.submitted[-1]


@dataclass
class FakeWorker:
    """Plays the worker of one submitted attempt, with real objects in the real storage."""

    spec: TrainJob | ConvertJob
    seq: int = 0

    def _next(self) -> dict[str, Any]:
        self.seq += 1
        return {"seq": self.seq, "at": 1_700_000_000.0 + self.seq}

    def started(self) -> Event:
        return Started(**self._next(), host="h", device="cpu")

    def progress(
        self, fraction: float, step: int | None = None, stage: Stage = Stage.TRAIN
    ) -> Event:
        losses = {"mel": 1.0 / (step + 1)} if step is not None else {}
        return Progress(
            **self._next(), stage=stage, fraction=fraction, eta_s=9.0, step=step, losses=losses
        )

    def log(self, text: str) -> Event:
        return Log(**self._next(), ko=text, en=text)

    def checkpoint(self, step: int) -> Event:
        return Checkpoint(**self._next(), step=step, file=self.put(CHECKPOINT, b"state %d" % step))

    def preview(self, number: int, step: int) -> Event:
        file = self.put(preview_name(number), b"flac")
        return Preview(**self._next(), step=step, mel_distance=1.5, file=file)

    def finished(self) -> Event:
        return Finished(**self._next())

    def failed(self, code: Code) -> Event:
        return Failed(**self._next(), failure=Failure(code=code, detail="because"))

    def cancelled(self) -> Event:
        return Cancelled(**self._next())

    def put(self, name: str, data: bytes) -> Stored:
        _storage.put(self.spec.outputs[name], content=data).raise_for_status()
        return Stored(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())

    def store_result(self, *, lie: int = 0, sound: bytes = b"not really flac") -> Manifest:
        """Every output, and the manifest last; ``lie`` is added to the sizes that it says."""
        files: tuple[Stored, ...]
        result: TrainResult | ConvertResult
        if isinstance(self.spec, TrainJob):
            files = (self.put(MODEL, b"model"), self.put(INDEX, b"index"))
            result = TrainResult(
                preset=Preset.DRAFT,
                sample_rate=40000,
                encoder=ENCODER,
                steps=4,
                usable_seconds=20.0,
                f0_low_hz=100.0,
                f0_high_hz=300.0,
                mel_distance_start=2.0,
                mel_distance_end=1.0,
                losses={"mel": 1.0},
                seconds=1.0,
            )
        else:
            files = (self.put(self.spec.output_name, sound),)
            result = ConvertResult(
                duration_s=1.0, sample_rate=40000, output_name=self.spec.output_name, seconds=1.0
            )
        if lie:
            files = tuple(file.model_copy(update={"size": file.size + lie}) for file in files)
        manifest = Manifest(
            job_id=self.spec.job_id,
            attempt_id=self.spec.attempt_id,
            fence=self.spec.fence,
            files=files,
            result=result,
        )
        self.put(MANIFEST, json.dumps(manifest.model_dump(mode="json")).encode())
        return manifest
