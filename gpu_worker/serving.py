"""``python -m gpu_worker serve``: attempt after attempt in one process, its networks kept warm.

A ``warm.Order`` a line comes on standard input, an empty line or its end ends everything;
``warm.Line`` goes out. Whoever started it sends SIGTERM to end the attempt at hand. The spec holds
secrets: it never lies on disk.
"""

import gc
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

import numpy as np
import torch
from pydantic import ValidationError

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.events import Progress
from gpu_worker.contract.job import JOB_SPEC
from gpu_worker.contract.params import ConvertParams, TrainParams
from gpu_worker.engine.learning.choosing import chosen
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.runner import Ended, Outcome, attempt, device_name, refuse_other_version
from gpu_worker.stopping import StopReason, StopSwitch
from gpu_worker.tasks import Tools
from gpu_worker.warm import READY_FILE, Line, Order

_TELL_EVERY_S: Final = 30.0
"""RunPod hears little: the studio hears all, each second."""
_UNSOUND_AFTER: Final = frozenset({Code.OUT_OF_MEMORY, Code.UNEXPECTED})
Say = Callable[[Line], None]


def serve(tools: Tools, specs: TextIO, say: Say) -> None:
    """Serve until ``specs`` ends or an attempt leaves this process unsound."""
    server = Server(tools, specs, say)
    server.listen()
    began = time.monotonic()
    warm_up(tools)
    if ready := os.environ.get(READY_FILE):
        Path(ready).touch()
    say(Line(warm_s=time.monotonic() - began, device=device_name(tools.device)))
    server.run()


def warm_up(tools: Tools) -> None:
    """Load what most jobs need, and let it hear a second. What is missing is told by the jobs."""
    second = np.zeros(16_000, np.float32)
    try:
        usual = chosen(TrainParams(), tools.weights).content_encoder
        encoder = load_content_encoder(usual, tools.weights, tools.device)
        encoder.encode(torch.from_numpy(second).to(tools.device))
        load_f0(ConvertParams().f0_method, tools.weights, tools.device).estimate(second)
    except JobError as error:
        print(f"not warm: {error}", file=sys.stderr, flush=True)


class Server:
    """Reads specs in a thread, so that the end of the input also ends a running attempt."""

    def __init__(self, tools: Tools, specs: TextIO, say: Say) -> None:
        self._tools = tools
        self._specs = specs
        self._say = say
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._switch = StopSwitch()
        self._closed = False
        self._told = 0.0

    def listen(self) -> None:
        """From now on specs are taken, however long, and SIGTERM ends the attempt at hand."""
        signal.signal(signal.SIGTERM, self._terminated)
        threading.Thread(target=self._read, daemon=True).start()

    def run(self) -> None:
        while (line := self._queue.get()) is not None:
            ended = self._serve(Order.model_validate_json(line))
            leaving = not is_sound_after(ended)
            self._say(Line(outcome=ended.outcome.name.lower(), code=ended.code, leaving=leaving))
            if leaving:
                return
            _tidy()

    def _read(self) -> None:
        for line in self._specs:
            if not line.strip():
                break
            self._queue.put(line)
        self._closed = True
        self._switch.throw(StopReason.TERMINATED)
        self._queue.put(None)

    def _terminated(self, number: int, _: object) -> None:
        self._switch.throw(StopReason.TERMINATED)

    def _serve(self, order: Order) -> Ended:
        self._switch = StopSwitch()
        if self._closed:
            self._switch.throw(StopReason.TERMINATED)
        try:
            job = JOB_SPEC.validate_json(order.spec)
        except ValidationError:
            # Its own reporter has told the studio, where there was an address to tell it to.
            refuse_other_version(order.spec)
            return Ended(Outcome.FAILED, Code.CONTRACT_VERSION)
        self._told = 0.0
        with tempfile.TemporaryDirectory(prefix="voice-job-") as folder:
            return attempt(
                job,
                self._tools,
                Path(folder),
                self._switch,
                listener=self._heard,
                remote_id=order.remote_id,
            )

    def _heard(self, event: Progress) -> None:
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY_S or not self._told:
            self._told = now
            self._say(Line(stage=event.stage, fraction=event.fraction))


def is_sound_after(ended: Ended) -> bool:
    """Whether the process may go on. After a failure that nobody foresaw, memory that ran out or a
    broken CUDA context would fail every job to come."""
    return ended.code not in _UNSOUND_AFTER


def _tidy() -> None:
    """Give the GPU's free blocks back: the next job may need them in other sizes."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def speaker() -> Say:
    """Writes lines to standard output, which from now on is nobody else's."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    lock = threading.Lock()

    def say(line: Line) -> None:
        with lock:
            out.write(line.model_dump_json(exclude_defaults=True) + "\n")

    return say
