"""Whole attempts against a real HTTP server; the task itself is a quick stand-in here.

``test_attempts.py`` runs the real tasks.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gpu_worker import tasks
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.events import Evaluated, Event, Failed, Log, Preview, Progress
from gpu_worker.contract.job import (
    CHECKPOINT,
    INDEX,
    MANIFEST,
    MODEL,
    REPORT,
    ConvertJob,
    ConvertResult,
    EncoderRef,
    FileRef,
    Manifest,
    Sound,
    TrainJob,
    TrainResult,
    VoiceRef,
    candidate_name,
    convert_output_names,
    preview_name,
    train_output_names,
)
from gpu_worker.contract.params import (
    ContentEncoderName,
    ConvertParams,
    Preset,
    TrainBase,
    TrainParams,
)
from gpu_worker.contract.scores import Candidate, Scores
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.stop import check
from gpu_worker.pretrained import Pretrained
from gpu_worker.report import ReportPace
from gpu_worker.retry import Backoff
from gpu_worker.runner import Outcome, Patience, refuse_other_version, run
from gpu_worker.stopping import StopReason, StopSwitch
from gpu_worker.tasks import Made, Tools
from tests.gpu_worker.studio_server import SIGNATURE, TOKEN, Studio, serve

TOOLS = Tools(Pretrained(), torch.device("cpu"))
QUICK = Patience(
    ReportPace(
        send_every=0.03,
        heartbeat_every=0.06,
        unreachable_after=1.0,
        last_words=1.0,
        backoff=Backoff(first=0.02, ceiling=0.1),
    ),
    Backoff(first=0.02, ceiling=0.1, patience=2.0),
)
SCORES = Scores(mel_distance=0.5, f0_correlation=0.9, speaker_similarity=0.8, quality=70)
ENCODER = EncoderRef(id=ContentEncoderName.WHISPER_BASE, sha256="e" * 64)


@pytest.fixture
def studio() -> Iterator[Studio]:
    with serve() as running:
        yield running


def given(studio: Studio, name: str, content: bytes, sha256: str | None = None) -> FileRef:
    studio.objects[name] = content
    return FileRef(
        id=name,
        name=f"../../{name}.wav",
        url=studio.object_url(name),
        size=len(content),
        sha256=sha256 or hashlib.sha256(content).hexdigest(),
    )


def envelope(studio: Studio, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "job_id": "job",
        "attempt_id": "attempt",
        "fence": 1,
        "outputs": {name: studio.object_url(f"out/{name}") for name in names},
        "events_url": f"{studio.url}/worker/v1/events",
        "token": TOKEN,
        "deadline_s": 60,
    }


def convert_job(studio: Studio, **changes: Any) -> ConvertJob:
    params = ConvertParams()
    voice = VoiceRef(
        id="v",
        model=given(studio, "model", b"m" * 1000),
        index=given(studio, "index", b"i" * 1000),
        encoder=ENCODER,
    )
    fields = {
        **envelope(studio, convert_output_names(params)),
        "params": params,
        "source": given(studio, "song", b"s" * 5000),
        "voices": (voice,),
        **changes,
    }
    return ConvertJob(**fields)


def train_job(studio: Studio, **changes: Any) -> TrainJob:
    params = TrainParams(previews=2)
    fields = {
        **envelope(studio, train_output_names(params)),
        "voice_name": "가수",
        "params": params,
        "dataset": (given(studio, "a", b"a" * 2000), given(studio, "b", b"b" * 2000)),
        **changes,
    }
    return TrainJob(**fields)


def quick_convert(
    source: Path, voices: Any, params: Any, folder: Path, tools: Any, report: Any, stop: Any
) -> Made[ConvertResult]:
    (voice,) = voices
    assert source.read_bytes() == b"s" * 5000
    assert voice.model.read_bytes() == b"m" * 1000
    assert voice.index.read_bytes() == b"i" * 1000
    assert voice.encoder == ENCODER
    for step in range(10):
        check(stop)
        report.progress(Stage.CONVERT, step / 10)
        time.sleep(0.02)
    target = folder / "output.flac"
    target.write_bytes(b"converted")
    sound = Sound(name=target.name, duration_s=1.0, sample_rate=40000)
    return Made(ConvertResult(output=sound, key_shift=0.0, seconds=0.2), {target.name: target})


def quick_train(
    files: list[Path],
    params: Any,
    folder: Path,
    tools: Any,
    report: Any,
    stop: Any,
    resume: Any,
    voice_name: str,
    finish: Callable[[], bool],
) -> Made[TrainResult]:
    assert voice_name == "가수"
    assert [path.read_bytes()[:1] for path in files] == [b"a", b"b"]
    checkpoint = folder / CHECKPOINT
    for step in range(1, 11):
        check(stop)
        if finish():
            break
        report.progress(Stage.TRAIN, step / 10, step=step, total_steps=10, losses={"mel": 1.0})
        if step % 5 == 0:
            checkpoint.write_bytes(b"state %d" % step)
            report.checkpoint(step, checkpoint)
            preview = folder / preview_name(step // 5)
            preview.write_bytes(b"sound")
            report.preview(step // 5, step, 0.5, preview)
            report.evaluated(step, SCORES, step == 5)
            report.candidate(step // 5, step, checkpoint)
        time.sleep(0.02)
    (folder / MODEL).write_bytes(b"weights" + (resume.read_bytes() if resume else b""))
    (folder / INDEX).write_bytes(b"index")
    result = TrainResult(
        preset=Preset.DRAFT,
        sample_rate=40000,
        encoder=ENCODER,
        base=TrainBase.SCRATCH,
        steps=step,
        best_step=5,
        usable_seconds=30,
        f0_low_hz=100,
        f0_median_hz=180,
        f0_high_hz=300,
        mel_distance_start=2,
        mel_distance_end=1,
        scores=SCORES,
        candidates=tuple(
            Candidate(step=5 * slot, name=candidate_name(slot), scores=SCORES) for slot in (1, 2)
        ),
        ending_ko="끝났습니다.",
        ending_en="It has ended.",
        losses={"mel": 1.0},
        seconds=1,
    )
    return Made(result, {MODEL: folder / MODEL, INDEX: folder / INDEX})


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "convert", quick_convert)
    monkeypatch.setattr(tasks, "train", quick_train)


def attempt(job: TrainJob | ConvertJob, folder: Path, switch: StopSwitch | None = None) -> Outcome:
    return run(job, TOOLS, folder, switch or StopSwitch(), QUICK)


def outputs(studio: Studio) -> list[str]:
    return [name.removeprefix("out/") for name in studio.stored]


def assert_manifest_is_true(studio: Studio) -> Manifest:
    manifest = Manifest.model_validate_json(studio.objects[f"out/{MANIFEST}"])
    for file in manifest.files:
        content = studio.objects[f"out/{file.name}"]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    return manifest


def test_a_conversion_from_spec_to_manifest(studio: Studio, tmp_path: Path) -> None:
    assert attempt(convert_job(studio), tmp_path / "work") is Outcome.FINISHED
    assert outputs(studio) == ["output.flac", REPORT, MANIFEST]
    manifest = assert_manifest_is_true(studio)
    assert manifest.result.kind == "convert"
    assert studio.types[0] == "started"
    assert studio.types[-1] == "finished"
    fractions = [event.fraction for event in studio.events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert [event.seq for event in studio.events] == list(range(1, len(studio.events) + 1))


def test_a_training_stores_its_checkpoints_and_previews(studio: Studio, tmp_path: Path) -> None:
    assert attempt(train_job(studio), tmp_path) is Outcome.FINISHED
    manifest = assert_manifest_is_true(studio)
    names = {file.name for file in manifest.files}
    previews = {preview_name(1), preview_name(2)}
    candidates = {candidate_name(1), candidate_name(2)}
    assert names == {CHECKPOINT, MODEL, INDEX, REPORT} | previews | candidates
    assert outputs(studio)[-1] == MANIFEST
    assert studio.objects[f"out/{CHECKPOINT}"] == b"state 10"
    assert studio.types.count("checkpoint") == 2
    assert [e.step for e in studio.events if isinstance(e, Preview)] == [5, 10]


def test_a_training_resumes_from_the_given_checkpoint(studio: Studio, tmp_path: Path) -> None:
    job = train_job(studio, resume=given(studio, "checkpoint", b"-resumed"))
    assert attempt(job, tmp_path) is Outcome.FINISHED
    assert studio.objects[f"out/{MODEL}"] == b"weights-resumed"


def test_names_of_customers_never_touch_the_disk(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "work"
    attempt(convert_job(studio), folder)
    assert {path.name for path in (folder / "inputs").iterdir()} == {"0000", "0001", "0002"}
    assert {path.name for path in tmp_path.iterdir()} == {"deep"}


def test_replies_that_get_lost_change_nothing(studio: Studio, tmp_path: Path) -> None:
    studio.lose_replies = 4
    assert attempt(convert_job(studio), tmp_path) is Outcome.FINISHED
    sent = [event.seq for batch in studio.batches for event in batch.events]
    assert len(sent) > len(set(sent))
    assert studio.types[-1] == "finished"


def test_a_storage_that_refuses_for_a_while(studio: Studio, tmp_path: Path) -> None:
    job = convert_job(studio)
    studio.storage_down_until = studio.down_for(0.5)

    def refuse_again(events: list[Event]) -> bool:
        if any(isinstance(e, Progress) and e.stage is Stage.CONVERT for e in events):
            studio.storage_down_until = max(studio.storage_down_until, first + 1.2)
        return False

    first = time.monotonic()
    studio.stop_when = refuse_again
    assert attempt(job, tmp_path) is Outcome.FINISHED
    assert studio.statuses.count(503) > 2
    assert_manifest_is_true(studio)


def test_a_checkpoint_that_cannot_be_stored_is_no_reason_to_fail(
    studio: Studio, tmp_path: Path
) -> None:
    job = train_job(studio)
    without = {name: url for name, url in job.outputs.items() if name != CHECKPOINT}
    assert attempt(job.model_copy(update={"outputs": without}), tmp_path) is Outcome.FINISHED
    assert CHECKPOINT not in outputs(studio)
    assert any(isinstance(e, Log) and e.level == "warning" for e in studio.events)


def test_a_kept_checkpoint_that_storage_refused_is_not_promised(
    studio: Studio, tmp_path: Path
) -> None:
    job = train_job(studio)
    without = {name: url for name, url in job.outputs.items() if name != candidate_name(2)}
    assert attempt(job.model_copy(update={"outputs": without}), tmp_path) is Outcome.FINISHED
    manifest = assert_manifest_is_true(studio)
    assert isinstance(manifest.result, TrainResult)
    assert [each.name for each in manifest.result.candidates] == [candidate_name(1)]


def test_damaged_input_fails_and_stores_nothing(studio: Studio, tmp_path: Path) -> None:
    job = convert_job(studio, source=given(studio, "song", b"s" * 5000, sha256="0" * 64))
    assert attempt(job, tmp_path) is Outcome.FAILED
    assert failure(studio).code is Code.INPUT_CORRUPT
    assert studio.stored == []


def test_a_deleted_input_fails(studio: Studio, tmp_path: Path) -> None:
    job = train_job(studio)
    del studio.objects["b"]
    assert attempt(job, tmp_path) is Outcome.FAILED
    assert failure(studio).code is Code.INPUT_FETCH_FAILED


def failure(studio: Studio) -> Any:
    last = studio.events[-1]
    assert isinstance(last, Failed)
    return last.failure


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), Code.OUT_OF_MEMORY),
        (torch.OutOfMemoryError("CUDA out of memory"), Code.OUT_OF_MEMORY),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried"),
            Code.OUT_OF_MEMORY,
        ),
        (RuntimeError("shape mismatch"), Code.UNEXPECTED),
        (JobError(Code.AUDIO_SILENT, "peak 0"), Code.AUDIO_SILENT),
    ],
)
def test_what_a_task_raises_is_reported_by_its_code(
    studio: Studio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: Code,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(tasks, "convert", fail)
    assert attempt(convert_job(studio), tmp_path) is Outcome.FAILED
    assert failure(studio).code is code
    assert studio.stored == []


def test_no_address_reaches_a_failure(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"could not read {studio.object_url('song')}")

    monkeypatch.setattr(tasks, "convert", fail)
    attempt(convert_job(studio), tmp_path)
    assert "could not read <address>" in failure(studio).detail
    assert SIGNATURE not in failure(studio).detail


def heard(stage: Stage) -> Callable[[list[Event]], bool]:
    return lambda events: any(isinstance(e, Progress) and e.stage is stage for e in events)


def cancelled_soon(studio: Studio, tmp_path: Path) -> bool:
    started = time.monotonic()
    outcome = attempt(train_job(studio), tmp_path)
    assert time.monotonic() - started < 2
    assert MANIFEST not in outputs(studio)
    assert studio.types[-1] == "cancelled"
    return outcome is Outcome.CANCELLED


def test_an_attempt_that_was_overtaken_fetches_nothing(studio: Studio, tmp_path: Path) -> None:
    studio.stop_when = lambda events: True
    studio.objects.clear()  # a fetch would fail aloud
    assert attempt(convert_job(studio), tmp_path / "work") is Outcome.CANCELLED
    assert studio.types == ["started", "cancelled"]
    assert not (tmp_path / "work").exists()


def test_the_claim_waits_for_a_studio_that_restarts(studio: Studio, tmp_path: Path) -> None:
    studio.events_down_until = studio.down_for(0.4)
    assert attempt(convert_job(studio), tmp_path) is Outcome.FINISHED
    assert studio.statuses.index(502) < studio.statuses.index(200)


def test_stop_while_fetching(studio: Studio, tmp_path: Path) -> None:
    studio.storage_down_until = studio.down_for(60)
    studio.stop_when = lambda events: len(studio.batches) > 3
    assert cancelled_soon(studio, tmp_path)


def test_stop_while_training(studio: Studio, tmp_path: Path) -> None:
    studio.stop_when = heard(Stage.TRAIN)
    assert cancelled_soon(studio, tmp_path)
    assert MODEL not in outputs(studio)


def test_a_customer_who_has_heard_enough_gets_the_best_so_far(
    studio: Studio, tmp_path: Path
) -> None:
    studio.finish_when = lambda events: any(isinstance(e, Evaluated) for e in events)
    assert attempt(train_job(studio), tmp_path) is Outcome.FINISHED
    result = assert_manifest_is_true(studio).result
    assert isinstance(result, TrainResult)
    assert 5 < result.steps <= 10
    assert studio.types[-1] == "finished"


def test_stop_while_storing(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def then_storage_goes(*given: Any) -> Made[TrainResult]:
        trained = quick_train(*given)
        studio.storage_down_until = studio.down_for(60)
        return trained

    monkeypatch.setattr(tasks, "train", then_storage_goes)
    studio.stop_when = heard(Stage.STORE)
    assert cancelled_soon(studio, tmp_path)


def test_a_deadline_fails_the_attempt(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "convert", endless)
    assert attempt(convert_job(studio, deadline_s=1), tmp_path) is Outcome.FAILED
    assert failure(studio).code is Code.DEADLINE


def endless(*given: Any) -> None:
    stop = given[-1]
    while True:
        check(stop)
        time.sleep(0.01)


def test_a_signal_ends_the_attempt_as_cancelled(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "convert", endless)
    switch = StopSwitch()
    threading.Timer(0.3, switch.throw, [StopReason.TERMINATED]).start()
    assert attempt(convert_job(studio), tmp_path, switch) is Outcome.CANCELLED
    assert studio.types[-1] == "cancelled"


def test_an_attempt_whose_web_is_gone_for_good_ends_itself(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "convert", endless)
    studio.events_down_until = studio.down_for(60)
    assert attempt(convert_job(studio), tmp_path) is Outcome.CANCELLED
    assert studio.stored == []


def test_a_job_of_another_contract_is_refused_aloud(studio: Studio) -> None:
    spec = {**convert_job(studio).model_dump(mode="json"), "token": TOKEN, "news": True}
    assert not refuse_other_version(json.dumps(spec), QUICK)
    assert refuse_other_version(json.dumps({**spec, "contract": 99}), QUICK)
    assert failure(studio).code is Code.CONTRACT_VERSION
    assert not refuse_other_version("{}", QUICK)


def test_two_attempts_in_one_process(studio: Studio, tmp_path: Path) -> None:
    with serve() as other:
        ends: dict[str, Outcome] = {}

        def go(name: str, where: Studio) -> None:
            ends[name] = attempt(convert_job(where), tmp_path / name)

        threads = [
            threading.Thread(target=go, args=(name, where))
            for name, where in (("one", studio), ("two", other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ends == {"one": Outcome.FINISHED, "two": Outcome.FINISHED}
        assert_manifest_is_true(studio)
        assert_manifest_is_true(other)
