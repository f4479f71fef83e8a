"""A compute backend that does what a test says, and a worker that stores what it is told to."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from apps.jobs.backends.base import (
    NO_LIMITS,
    Backend,
    Health,
    Limits,
    Look,
    Remote,
    RemoteState,
    Submission,
)
from gpu_worker.contract.errors import Code
from gpu_worker.contract.events import (
    Cancelled,
    Checkpoint,
    Evaluated,
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
    REPORT,
    AnalyseJob,
    AnalyseResult,
    AnyJob,
    AnyResult,
    ConvertJob,
    ConvertResult,
    CoverJob,
    CoverResult,
    EncoderRef,
    Failure,
    FileRef,
    ImportJob,
    ImportResult,
    Manifest,
    PreprocessJob,
    PreprocessResult,
    SeparateJob,
    SeparateResult,
    Sound,
    Stored,
    TrainJob,
    TrainResult,
    preview_name,
)
from gpu_worker.contract.params import ContentEncoderName, Preset, TrainBase
from gpu_worker.contract.report_card import DatasetCard, FileCard, Verdict
from gpu_worker.contract.scores import Candidate, Scores
from gpu_worker.contract.stage import Stage

ENCODER = EncoderRef(id=ContentEncoderName.WHISPER_BASE, sha256="e" * 64)
_storage = httpx.Client(timeout=20)  # one for all: making a TLS context takes long


def scores(quality: float) -> Scores:
    return Scores(mel_distance=1.0, f0_correlation=0.9, speaker_similarity=0.8, quality=quality)


def card_of(files: Sequence[FileRef]) -> DatasetCard:
    """A report card that finds every file good."""
    return DatasetCard(
        files=tuple(
            FileCard(id=f.id, name=f.name, duration_s=30.0, usable_s=25.0, verdict=Verdict.GOOD)
            for f in files
        ),
        duration_s=30.0 * len(files),
        usable_s=25.0 * len(files),
        f0_low_hz=100.0,
        f0_median_hz=180.0,
        f0_high_hz=300.0,
        histogram=(),
        verdict=Verdict.GOOD,
        ko="좋습니다.",
        en="Good.",
    )


@dataclass
class FakeBackend:
    """Keeps what was submitted; ``failure`` is raised instead, ``states`` answers for status."""

    name: str = "fake"
    submitted: list[AnyJob] = field(default_factory=list)
    failure: Exception | None = None
    loses_answer: bool = False
    states: dict[uuid.UUID, RemoteState] = field(default_factory=dict)
    default: RemoteState = RemoteState.RUNNING
    stopped: list[uuid.UUID] = field(default_factory=list)
    limits: Limits = NO_LIMITS

    def submit(self, spec: AnyJob, ttl_s: int) -> Submission:
        assert ttl_s > spec.deadline_s
        if self.failure is not None and not self.loses_answer:
            raise self.failure
        self.submitted.append(spec)
        if self.failure is not None:
            raise self.failure
        return Submission(f"remote-{len(self.submitted)}", "fake-endpoint")

    def status(self, remote: Remote) -> Look:
        return Look(self.states.get(remote.attempt_id, self.default))

    def stop(self, remote: Remote) -> Look:
        self.stopped.append(remote.attempt_id)
        return Look(RemoteState.ENDED)

    def health(self) -> Health:
        return Health(True, {})

    def find(self, name: str) -> Backend:
        assert name == self.name
        return self

    @property
    def last(self) -> AnyJob:
        return self.submitted[-1]


@dataclass
class FakeWorker:
    """Plays the worker of one submitted attempt, with real objects in the real storage.

    ``seconds`` is how long it says that its work took: more than any quote, unless told otherwise.
    """

    spec: AnyJob
    seq: int = 0
    run: str = ""
    remote_id: str = ""
    seconds: float = 1e6
    clock: float = 1_700_000_000.0
    """What its machine takes for now."""

    def _next(self) -> dict[str, Any]:
        self.seq += 1
        return {"seq": self.seq, "at": self.clock + self.seq}

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

    def evaluated(self, step: int, quality: float, *, best: bool = True) -> Event:
        return Evaluated(**self._next(), step=step, scores=scores(quality), best=best)

    def finished(self) -> Event:
        return Finished(**self._next())

    def failed(self, code: Code) -> Event:
        return Failed(**self._next(), failure=Failure(code=code, detail="because"))

    def cancelled(self) -> Event:
        return Cancelled(**self._next())

    def put(self, name: str, data: bytes) -> Stored:
        _storage.put(self.spec.outputs[name], content=data).raise_for_status()
        return Stored(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())

    def _made(self, sound: bytes) -> tuple[tuple[Stored, ...], AnyResult]:
        """The objects of a result and what it says of them."""
        spec = self.spec
        if isinstance(spec, AnalyseJob):
            return (), AnalyseResult(card=card_of(spec.dataset), seconds=self.seconds)
        if isinstance(spec, TrainJob):
            return self._trained(spec)
        if isinstance(spec, ImportJob):
            return self._taken_in(spec)
        names = [name for name in spec.outputs if name not in (REPORT, MANIFEST)]
        files = tuple(self.put(name, sound) for name in names)
        sounds = tuple(Sound(name=name, duration_s=1.0, sample_rate=40000) for name in names)
        match spec:
            case ConvertJob():
                return files, ConvertResult(output=sounds[0], key_shift=0.0, seconds=self.seconds)
            case CoverJob():
                return files, CoverResult(
                    outputs=sounds, key_shift=0.0, separator="spleeter-2stems", seconds=self.seconds
                )
            case SeparateJob():
                return files, SeparateResult(
                    outputs=sounds, separator="spleeter-2stems", seconds=self.seconds
                )
            case PreprocessJob():
                return files, PreprocessResult(
                    output=sounds[0], source_s=2.0, usable_s=1.0, seconds=self.seconds
                )

    def _taken_in(self, spec: ImportJob) -> tuple[tuple[Stored, ...], AnyResult]:
        """What was fetched by the links, stored anew."""
        model = _storage.get(spec.model.url).raise_for_status().content
        files = [self.put(MODEL, b"checked " + model)]
        if spec.index is not None:
            files.append(self.put(INDEX, _storage.get(spec.index.url).raise_for_status().content))
        return tuple(files), ImportResult(
            preset=Preset.FULL,
            sample_rate=48000,
            encoder=ENCODER,
            step=7,
            vectors=100 if spec.index else 0,
            seconds=self.seconds,
        )

    def _trained(self, spec: TrainJob) -> tuple[tuple[Stored, ...], AnyResult]:
        names = [name for name in spec.outputs if name.startswith("candidate-")][:2]
        kept = tuple(
            Candidate(step=number + 1, name=name, scores=scores(50.0 + number))
            for number, name in enumerate(names)
        )
        files = [self.put(name, name.encode()) for name in (MODEL, INDEX, *names)]
        return tuple(files), TrainResult(
            preset=Preset.DRAFT,
            sample_rate=40000,
            encoder=ENCODER,
            base=TrainBase.SCRATCH,
            steps=spec.params.total_steps,
            best_step=spec.params.total_steps,
            usable_seconds=20.0,
            f0_low_hz=100.0,
            f0_median_hz=180.0,
            f0_high_hz=300.0,
            mel_distance_start=2.0,
            mel_distance_end=1.0,
            scores=scores(80.0),
            candidates=kept,
            ending_ko="모두 마쳤습니다.",
            ending_en="All steps are done.",
            losses={"mel": 1.0},
            seconds=1.0,
        )

    def store_result(self, *, lie: int = 0, sound: bytes = b"not really flac") -> Manifest:
        """Every output, and the manifest last; ``lie`` is added to the sizes that it says."""
        files, result = self._made(sound)
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
