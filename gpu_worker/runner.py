"""One attempt from its spec to its manifest: fetch, task, store.

The only place that turns exceptions into ``Failed``. The manifest is stored last and proves that
everything it lists is whole; events are hints beside it.
"""

import platform
import re
import socket
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import httpx
import torch
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from gpu_worker.contract.base import Frozen
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.events import Progress
from gpu_worker.contract.job import (
    MANIFEST,
    REPORT,
    AnyJob,
    AnyResult,
    Failure,
    Manifest,
    Stored,
    TrainResult,
)
from gpu_worker.contract.params import (
    AnalyseParams,
    ConvertParams,
    CoverParams,
    ImportParams,
    PreprocessParams,
    SeparateParams,
    TrainParams,
)
from gpu_worker.contract.stage import Stage
from gpu_worker.contract.version import VERSION
from gpu_worker.engine.stop import Stopped
from gpu_worker.job_report import JobReport
from gpu_worker.job_work import FETCHED, Work
from gpu_worker.log import JobLog
from gpu_worker.report import ProgressListener, Reporter, ReportPace
from gpu_worker.retry import Backoff
from gpu_worker.stopping import StopReason, StopSwitch
from gpu_worker.tasks import Made, Tools
from gpu_worker.transfer import Transfer

_WORKED = 0.95


class Outcome(Enum):
    """How an attempt ended, with the exit code of its process."""

    FINISHED = 0
    FAILED = 1
    CANCELLED = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended; ``code`` where it failed."""

    outcome: Outcome
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to report and how long to bear silence."""

    reports: ReportPace = field(default_factory=ReportPace)
    storage: Backoff = field(default_factory=Backoff)


def run(
    job: AnyJob, tools: Tools, folder: Path, switch: StopSwitch, patience: Patience | None = None
) -> Outcome:
    """``attempt``, for those who only want to know whether it went well."""
    return attempt(job, tools, folder, switch, patience).outcome


def attempt(
    job: AnyJob,
    tools: Tools,
    folder: Path,
    switch: StopSwitch,
    patience: Patience | None = None,
    listener: ProgressListener | None = None,
    remote_id: str = "",
) -> Ended:
    """Do one attempt, using ``folder`` for its files; never raises for what a job can meet.

    Throwing ``switch`` from elsewhere (a signal) ends it as cancelled. ``listener`` hears progress
    beside the web, which is told ``remote_id``, the backend's name of the attempt.
    """
    patience = patience or Patience()
    log = JobLog(job)

    def hear(progress: Progress) -> None:
        log.heard(progress)
        if listener is not None:
            listener(progress)

    log.tell("attempt-started", kind=job.kind, device=device_name(tools.device))
    begun = time.monotonic()
    ended = _attempt(job, tools, folder, switch, patience, hear, remote_id)
    level = "error" if ended.outcome is Outcome.FAILED else "info"
    seconds = round(time.monotonic() - begun, 1)
    outcome = ended.outcome.name.lower()
    log.tell("attempt-ended", level, outcome=outcome, code=ended.code, seconds=seconds)
    return ended


def _attempt(
    job: AnyJob,
    tools: Tools,
    folder: Path,
    switch: StopSwitch,
    patience: Patience,
    listener: ProgressListener,
    remote_id: str,
) -> Ended:
    with httpx.Client(headers={"User-Agent": "ai-voice-studio-worker"}) as client:
        reporter = Reporter(job, switch, client, patience.reports, listener, remote_id)
        transfer = Transfer(job.outputs, switch, client, patience.storage)
        # First of all: the claim rides on the first message.
        reporter.started(socket.gethostname(), device_name(tools.device))
        reporter.start()
        try:
            return _Attempt(job, tools, folder, switch, reporter, transfer).run()
        finally:
            reporter.close()


class _Envelope(BaseModel):
    """What every version of the contract keeps, so that any worker can refuse a job aloud."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contract: int
    attempt_id: str
    fence: int
    events_url: str
    token: SecretStr
    deadline_s: int


def refuse_other_version(spec: str, patience: Patience | None = None) -> bool:
    """Fail an attempt whose contract is not ours; whether ``spec`` was such a one."""
    try:
        envelope = _Envelope.model_validate_json(spec)
    except ValidationError:
        return False
    if envelope.contract == VERSION:
        return False
    pace = (patience or Patience()).reports
    with httpx.Client() as client:
        reporter = Reporter(envelope, StopSwitch(), client, pace)
        reporter.start()
        detail = f"the job speaks version {envelope.contract}, this worker {VERSION}"
        reporter.failed(Failure(code=Code.CONTRACT_VERSION, detail=detail))
        reporter.close()
    return True


@dataclass(frozen=True, slots=True)
class _Attempt:
    job: AnyJob
    tools: Tools
    folder: Path
    switch: StopSwitch
    reporter: Reporter
    transfer: Transfer

    def run(self) -> Ended:
        try:
            self._work()
        except Stopped:
            return self._stopped()
        except Exception as error:  # whatever fails in an attempt is reported, not raised
            return self._failed(failure_of(error))
        self.reporter.finished()
        return Ended(Outcome.FINISHED)

    def _failed(self, failure: Failure) -> Ended:
        self.reporter.failed(failure)
        return Ended(Outcome.FAILED, failure.code)

    def _work(self) -> None:
        self.reporter.claim()
        report = JobReport(self.reporter, self.transfer, FETCHED, _WORKED)
        work = Work(self.job, self.tools, self.folder, self.switch, self.reporter, self.transfer)
        self._store(work.made(report), report)

    def _store(self, made: Made[AnyResult], report: JobReport) -> None:
        facts = self.folder / REPORT
        facts.write_text(_facts(self.job, made.result, self.tools), "utf-8")
        files = [*report.stored]
        wanted = [*made.files.items(), (REPORT, facts)]
        for number, (name, path) in enumerate(wanted):
            share = (1 - _WORKED) * number / (len(wanted) + 1)
            self.reporter.progress(Stage.STORE, _WORKED + share)
            files.append(self.transfer.store(name, path))
        self.transfer.store(MANIFEST, self._manifest(made.result, files))
        self.reporter.progress(Stage.STORE, 1.0)

    def _manifest(self, result: AnyResult, files: list[Stored]) -> Path:
        manifest = Manifest(
            job_id=self.job.job_id,
            attempt_id=self.job.attempt_id,
            fence=self.job.fence,
            files=tuple(files),
            result=_naming_only(result, files),
        )
        path = self.folder / MANIFEST
        path.write_text(manifest.model_dump_json(indent=1), "utf-8")
        return path

    def _stopped(self) -> Ended:
        if self.switch.reason is StopReason.DEADLINE:
            detail = f"after {self.job.deadline_s} s"
            return self._failed(Failure(code=Code.DEADLINE, detail=detail))
        self.reporter.cancelled()
        return Ended(Outcome.CANCELLED)


def _naming_only(result: AnyResult, files: Sequence[Stored]) -> AnyResult:
    """The result without kept checkpoints that storage refused: the voice is whole without them."""
    if not isinstance(result, TrainResult):
        return result
    names = {file.name for file in files}
    kept = tuple(each for each in result.candidates if each.name in names)
    return result.model_copy(update={"candidates": kept})


def failure_of(error: Exception) -> Failure:
    """How an exception is told to the web: its code, and details without addresses."""
    if isinstance(error, JobError):
        return Failure(code=error.code, detail=_without_addresses(error.detail))
    if _is_out_of_memory(error):
        return Failure(code=Code.OUT_OF_MEMORY, detail=_without_addresses(str(error)))
    lines = traceback.format_exception(error)
    return Failure(code=Code.UNEXPECTED, detail=_without_addresses("".join(lines)))


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # On a CPU torch raises a bare RuntimeError.
    return isinstance(error, RuntimeError) and "not enough memory" in str(error)


def _without_addresses(text: str) -> str:
    """The end of ``text``; presigned URLs are secrets while they live."""
    return re.sub(r"https?://\S+", "<address>", text)[-4000:]


def device_name(device: torch.device) -> str:
    """What is computed on, as the operator reads it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} ({platform.machine()}, {torch.get_num_threads()} threads)"


class Facts(Frozen):
    """``report.json``: what was asked, what came out, and with which versions."""

    params: (
        TrainParams
        | ConvertParams
        | CoverParams
        | SeparateParams
        | PreprocessParams
        | AnalyseParams
        | ImportParams
    )
    result: AnyResult
    device: str
    torch: str
    python: str


def _facts(job: AnyJob, result: AnyResult, tools: Tools) -> str:
    facts = Facts(
        params=job.params,
        result=result,
        device=device_name(tools.device),
        torch=torch.__version__,
        python=platform.python_version(),
    )
    return facts.model_dump_json(indent=1)
