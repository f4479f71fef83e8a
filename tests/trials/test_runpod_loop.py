"""The real handler in RunPod's real SDK takes real jobs from the fake cloud and brings them to an
end: what ``make test`` keeps of the trials beside it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.jobs.backends.runpod_client import Order, RemoteStatus, RunPodClient
from gpu_worker.contract.job import INDEX, MODEL, AnyJob, ConvertResult, TrainResult
from gpu_worker.contract.params import AudioFormat
from gpu_worker.engine.sound.audio import encode
from tests.cloud.cloud import OVER, Cloud, Endpoint
from tests.cloud.sdk import sdk_environment
from tests.cloud.server import FakeRunPod, serving
from tests.gpu_worker.runpod_queue import eventually
from tests.gpu_worker.sounds import sung, vibrato
from tests.gpu_worker.studio_server import TOKEN, Studio, serve
from tests.gpu_worker.test_attempts import convert_job, manifest, train_job

ENDPOINT, POD = "gpu", "pod-1"
ROOT = Path(__file__).parents[2]
STEPS, SONG_S = 20, 2.0


@pytest.fixture
def runpod() -> Iterator[FakeRunPod]:
    with serving(Cloud(endpoints={ENDPOINT: Endpoint()})) as fake:
        yield fake


@pytest.fixture
def worker(runpod: FakeRunPod, tmp_path: Path) -> Iterator[Path]:
    """The handler's process; its log."""
    environment = sdk_environment(runpod, ENDPOINT, POD) | {"OMP_NUM_THREADS": "1"}
    log = tmp_path / "log"
    with log.open("w") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", "gpu_worker.handler"],
            cwd=ROOT,
            env=environment | {"TMPDIR": str(tmp_path)},
            stdout=out,
            stderr=out,
        )
    yield log
    program.terminate()
    program.wait(30)


def done(runpod: FakeRunPod, job: AnyJob) -> dict[str, Any]:
    """Submit as the studio does, and wait as it does; what RunPod keeps of the job."""
    client = RunPodClient(runpod.cloud.key, f"{runpod.url}/v2")
    order = Order({**job.model_dump(mode="json"), "token": TOKEN}, 600, 3600)
    name = client.submit(ENDPOINT, order)
    eventually(lambda: runpod.cloud.jobs[name].status in OVER, 240)
    said = client.status(ENDPOINT, name)
    assert said is not None
    assert (said.status, said.error) == (RemoteStatus.COMPLETED, "")
    assert said.execution_s
    output: dict[str, Any] = said.output
    return output


def two_seconds(folder: Path) -> bytes:
    path = folder / "song.flac"
    encode(path, sung(vibrato(SONG_S, 300, 44100), 44100), 44100, AudioFormat.FLAC)
    return path.read_bytes()


def test_a_voice_is_trained_and_sings_through_the_real_loop(
    runpod: FakeRunPod, worker: Path, tmp_path: Path
) -> None:
    with serve() as studio:
        job = train_job(studio, tmp_path, STEPS)
        params = job.params.model_copy(update={"checkpoint_every": STEPS // 2})
        finished = {"attempt_id": "attempt", "outcome": "finished"}
        assert done(runpod, job.model_copy(update={"params": params})) == finished
        trained = manifest(studio).result
        assert isinstance(trained, TrainResult)
        assert trained.steps == STEPS
        assert {"started", "checkpoint", "finished"} <= set(studio.types)
        files = {name: studio.objects[f"out/{name}"] for name in (MODEL, INDEX)}
    with serve() as other:
        song = two_seconds(tmp_path)
        assert done(runpod, convert_job(other, files, song, trained.encoder)) == finished
        _check_song(other)
    assert len(runpod.cloud.ran) == 2
    assert TOKEN not in worker.read_text()


def _check_song(studio: Studio) -> None:
    converted = manifest(studio).result
    assert isinstance(converted, ConvertResult)
    assert converted.output.duration_s == pytest.approx(SONG_S, abs=0.05)
